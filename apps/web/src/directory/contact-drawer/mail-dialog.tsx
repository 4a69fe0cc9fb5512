import '../../outbox/outbox.css';
import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { MailPage } from '../../outbox/mail-page';

/** One mail as the person got it, over their timeline. */
export function MailDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const narrow = useMediaQuery('(max-width: 720px)');
  return (
    <Modal
      opened
      returnFocus={false}
      onClose={onClose}
      title="The e-mail as sent"
      closeButtonProps={{ 'aria-label': 'Close' }}
      size={760}
      fullScreen={narrow}
      className="mail-dialog"
    >
      <MailPage id={id} />
    </Modal>
  );
}
