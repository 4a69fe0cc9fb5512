import { useElementSize } from '@mantine/hooks';

const MAIL_WIDTH = 640;

/**
 * A mail in small: the mail itself in a frame that runs nothing, so it always shows what is sent. It says nothing that
 * the name beside it does not, so it is hidden from readers of the screen.
 */
export function Thumbnail({ html }: { html: string | undefined }) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const scale = width / MAIL_WIDTH;
  return (
    <div className="thumbnail" ref={ref} aria-hidden="true">
      {html && scale > 0 ? (
        <iframe
          sandbox=""
          loading="lazy"
          tabIndex={-1}
          srcDoc={html}
          style={{ width: MAIL_WIDTH, height: `${100 / scale}%`, transform: `scale(${scale})` }}
        />
      ) : null}
    </div>
  );
}
