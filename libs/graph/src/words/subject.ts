/** A subject as a reader sees it: `{{ lead.course_title | default: "x" }}` becomes [course title]. */
export const readableSubject = (subject: string): string =>
  subject.replaceAll(/\{\{-?\s*([\w.]+)[^}]*\}\}/g, (_whole, path: string) => {
    const name = path.split('.').at(-1) ?? path;
    return `[${name.replaceAll('_', ' ')}]`;
  });
