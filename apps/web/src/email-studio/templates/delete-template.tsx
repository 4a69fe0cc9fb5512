import { Confirm } from '../../ui/confirm';
import { showToast } from '../../ui/toast';
import { useRemoveTemplate, type Template } from './templates.queries';

/** Asks before a template is deleted; where something uses it, the server says what. */
export function DeleteTemplate({
  template,
  onClose,
  onDeleted,
}: {
  template: Template;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const remove = useRemoveTemplate();
  return (
    <Confirm
      opened
      danger
      title={`Delete “${template.name}”?`}
      label="Delete the template"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(template.id, {
          onSuccess: () => {
            showToast(`“${template.name}” was deleted.`);
            onClose();
            onDeleted?.();
          },
        })
      }
    >
      Mails that were already sent stay as they are.
    </Confirm>
  );
}
