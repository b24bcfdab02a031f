interface Meaning {
  means: string;
  /** What whoever looks after the workflows can do about it; null where nothing can be but to wait. */
  helps: string | null;
}

/** What the handbook says of each problem. A code that is not here yet is shown with its own sentence alone. */
export const PROBLEM_MEANINGS: Readonly<Record<string, Meaning>> = {
  entity_not_found: {
    means: "Its parent lists it, but no workflow answers for it.",
    helps: "Start its workflow, or answer for it in a workflow above.",
  },
  query_failed: {
    means: "Its workflow's query raised an error, is unknown, or answered with over 2 MB.",
    helps: "The worker's log says which.",
  },
  query_timeout: {
    means: "The worker lives, but this answer took too long, or there was no time left to ask.",
    helps: "Make the query fast: it should only read memory.",
  },
  worker_unavailable: {
    means: "No worker answers for it at all. Queries need one, even of workflows that have ended.",
    helps: "Start the worker.",
  },
  temporal_unavailable: { means: "The Temporal server did not answer.", helps: null },
  invalid_payload: {
    means: "The answer is not an object, or a field of it is missing or of the wrong kind. What can be read is shown.",
    helps: "Mend the query's answer in the workflow.",
  },
  wrong_type: { means: "It is listed where its ID says that it can't stand.", helps: "List it where it belongs." },
  wrong_id: { means: "The answer is for another ID.", helps: "Answer for the ID that was asked for." },
  duplicate: { means: "It lists a child more than once. The child is shown once.", helps: null },
  orphaned: { means: "It says that it belongs to another parent.", helps: null },
  ambiguous: {
    means: "Its ID stands in several places, and only one state can be asked for.",
    helps: "Tell the state of each place in get_hierarchy.",
  },
};
