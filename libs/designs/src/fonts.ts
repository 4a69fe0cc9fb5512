/** Fonts that are on nearly every reader's machine; mail programs rarely load others. */
export const fontStacks = {
  sans: 'Helvetica Neue, Helvetica, Arial, sans-serif',
  system: "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Arial, sans-serif",
  verdana: 'Verdana, Geneva, sans-serif',
  trebuchet: "'Trebuchet MS', Tahoma, sans-serif",
  serif: "Georgia, 'Times New Roman', serif",
  palatino: "'Palatino Linotype', Palatino, 'Book Antiqua', serif",
  mono: "'Courier New', Courier, monospace",
} as const;
export type FontName = keyof typeof fontStacks;

export const fontNames = Object.keys(fontStacks) as [FontName, ...FontName[]];

/** How a font is called on screen. */
export const fontLabels: Record<FontName, string> = {
  sans: 'Helvetica or Arial',
  system: 'The reader’s own',
  verdana: 'Verdana',
  trebuchet: 'Trebuchet',
  serif: 'Georgia',
  palatino: 'Palatino',
  mono: 'Courier',
};
