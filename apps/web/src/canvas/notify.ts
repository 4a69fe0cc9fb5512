import { notifications } from '@mantine/notifications';

/** A short sentence at the edge of the screen, e.g. why something was refused. */
export const notify = (message: string): void => {
  notifications.show({ message, withBorder: true, color: 'gray' });
};
