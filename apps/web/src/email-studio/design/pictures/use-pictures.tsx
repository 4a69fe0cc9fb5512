import { useCallback, useRef, useState, type ReactNode } from 'react';
import { PictureDialog, type Picture } from './picture-dialog';

/** How a picture came: chosen for a place, or dropped or pasted without one. */
export type Origin = 'chosen' | 'dropped';

const MOST = 20;

/** Takes pictures by button, drop or paste, one after the other. `place` is told of each once it is uploaded. */
export function usePictures(place: (picture: Picture, from: Origin) => void): {
  /** Files that were dropped or pasted. */
  take: (files: File[]) => void;
  /** Opens the choice of a file. */
  choose: () => void;
  dialog: ReactNode;
} {
  const [waiting, setWaiting] = useState<{ file: File; from: Origin }[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const add = (files: File[], from: Origin) =>
    setWaiting((before) => [...before, ...files.map((file) => ({ file, from }))].slice(0, MOST));
  // Given to an editor once, when it is mounted.
  const take = useCallback((files: File[]) => add(files, 'dropped'), []);
  const choose = useCallback(() => input.current?.click(), []);
  const next = () => setWaiting(([, ...rest]) => rest);
  const [first] = waiting;
  return {
    take,
    choose,
    dialog: (
      <>
        <input
          ref={input}
          type="file"
          hidden
          aria-label="Picture"
          data-testid="picture-file"
          accept="image/png,image/jpeg,image/gif,image/webp"
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])], 'chosen');
            event.currentTarget.value = '';
          }}
        />
        {first ? (
          <PictureDialog
            key={`${first.file.name} ${first.file.size} ${waiting.length}`}
            file={first.file}
            onClose={next}
            onDone={(picture) => {
              next();
              place(picture, first.from);
            }}
          />
        ) : null}
      </>
    ),
  };
}
