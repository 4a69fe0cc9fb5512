import { notifications } from '@mantine/notifications';

/** A short sentence at the edge of the screen, e.g. why something was refused. */
export const showToast = (message: string): void => {
  notifications.show({ message, withBorder: true, color: 'gray' });
};

/** The same with a way back, for what was just taken away. */
export const showUndoToast = (message: string, undo: () => void): void => {
  const id = notifications.show({
    withBorder: true,
    color: 'gray',
    message: (
      <span className="row toast-undo">
        <span>{message}</span>
        <button
          type="button"
          className="text-button"
          data-testid="toast-undo"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </button>
      </span>
    ),
  });
};
