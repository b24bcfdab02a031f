import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, assertOk, bodyOf, csrfHeader } from "@/lib/api/client";
import { ApiError, categoryOf, sentenceOf } from "@/lib/api/errors";
import type { SavedView } from "@/lib/api/types";

export const MAX_NAME = 60;

/** The reader's own, by name. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: async ({ signal }) => bodyOf(await api.GET("/api/views/", { signal })),
});

export type ViewContent = Pick<SavedView, "name" | "query">;

async function create(content: ViewContent): Promise<SavedView> {
  // The document has one shape for what is sent and what is answered; what only the server writes need not be sent.
  const body = content as SavedView;
  return bodyOf(await api.POST("/api/views/", { body, headers: await csrfHeader() }));
}

async function change({ id, ...body }: Partial<ViewContent> & Pick<SavedView, "id">): Promise<SavedView> {
  const params = { path: { id } };
  return bodyOf(await api.PATCH("/api/views/{id}/", { params, body, headers: await csrfHeader() }));
}

function isGone(error: unknown): boolean {
  return categoryOf(error) === "not_found";
}

async function remove({ id }: Pick<SavedView, "id">): Promise<void> {
  try {
    assertOk(await api.DELETE("/api/views/{id}/", { params: { path: { id } }, headers: await csrfHeader() }));
  } catch (error) {
    // Deleted elsewhere before: that is what was asked for.
    if (!isGone(error)) throw error;
  }
}

/** A change of the views. It is done when the views have been read again: another tab may have changed them, too. */
function useViewMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: viewsQuery.queryKey }) });
}

export const useCreateView = () => useViewMutation(create);
export const useChangeView = () => useViewMutation(change);
export const useDeleteView = () => useViewMutation(remove);

/** Why a view could not be kept, in a sentence: what the server says of the fields, where they are at fault. */
export function refusalOf(error: unknown): string {
  if (isGone(error)) return "It is not there any more: it was deleted elsewhere.";
  if (categoryOf(error) === "unavailable") return "The portal does not answer. Please try again.";
  const [sentence] = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return sentence ?? sentenceOf(error);
}
