/** A length on the screen, for a style that only the script knows. */
export const px = (length: number): string => `${length}px`;
