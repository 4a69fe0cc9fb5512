import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import { Problem } from '../../../ui/forms/confirm';
import { useUpload } from '../../../media/media.queries';

export interface Picture {
  src: string;
  alt: string;
  width: number;
}

/** Uploads one picture, and asks once what it shows. */
export function PictureDialog({
  file,
  onDone,
  onClose,
}: {
  file: File;
  onDone: (picture: Picture) => void;
  onClose: () => void;
}) {
  const [alt, setAlt] = useState('');
  const [decoration, setDecoration] = useState(false);
  const upload = useUpload();
  const show = useCallback(
    (picture: HTMLImageElement) => {
      const url = URL.createObjectURL(file);
      picture.src = url;
      return () => URL.revokeObjectURL(url);
    },
    [file],
  );
  return (
    <Modal opened onClose={onClose} title="Add a picture" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const words = decoration ? '' : alt.trim();
          upload.mutate(
            { file, alt: words },
            { onSuccess: (media) => onDone({ src: media.url, width: media.width, alt: words }) },
          );
        }}
      >
        <img className="picture-shown" ref={show} alt="" />
        <TextInput
          label="What does the picture show?"
          description="Read out to people who cannot see it, and shown where pictures are switched off."
          data-autofocus
          maxLength={300}
          disabled={decoration}
          value={alt}
          onChange={(event) => setAlt(event.currentTarget.value)}
        />
        <Checkbox
          label="It is only decoration and says nothing"
          checked={decoration}
          onChange={(event) => setDecoration(event.currentTarget.checked)}
        />
        {upload.error ? <Problem error={upload.error} /> : null}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={upload.isPending} disabled={!decoration && alt.trim() === ''}>
            Add the picture
          </Button>
        </div>
      </form>
    </Modal>
  );
}
