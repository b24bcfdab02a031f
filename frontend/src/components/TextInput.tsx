import { createRecipeContext, type HTMLChakraProps, type RecipeProps } from "@chakra-ui/react";

const { withContext } = createRecipeContext({ key: "input" });

/**
 * Chakra's Input, but for its field: without label and error beside it, the machinery that ties them together is not
 * needed, and stays out of the first load of most pages.
 */
export const TextInput = withContext<HTMLInputElement, HTMLChakraProps<"input", RecipeProps<"input">>>("input");
