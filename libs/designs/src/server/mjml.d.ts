/** The published types are of the version that answered at once. */
declare module 'mjml' {
  interface Element {
    tagName: string;
    attributes: Record<string, string>;
    content?: string;
    children?: Element[];
  }
  interface Options {
    validationLevel: 'strict' | 'soft' | 'skip';
    /** Web fonts by name; `{}`: none is linked. */
    fonts: Record<string, string>;
    keepComments: boolean;
    minify: boolean;
  }
  export default function mjml2html(
    mail: Element,
    options: Options,
  ): Promise<{ html: string; errors: { formattedMessage: string }[] }>;
}
