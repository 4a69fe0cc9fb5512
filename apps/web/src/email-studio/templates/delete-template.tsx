import { failedBy } from '../../api/problem';
import { Confirm } from '../../ui/forms/confirm';
import { Loading } from '../../ui/feedback/query-states';
import { showToast } from '../../ui/feedback/toast';
import { useRemoveTemplate, useUses, type Template } from './templates.queries';
import { UsesList } from './uses-list';

/** Asks before a template is deleted; where something uses it, says what, and there is nothing to confirm. */
export function DeleteTemplate({
  template,
  onClose,
  onDeleted,
}: {
  template: Template;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const uses = useUses(template.id);
  const remove = useRemoveTemplate();
  const used = uses.data && uses.data.items.length > 0;
  return (
    <Confirm
      opened
      danger
      title={`Delete “${template.name}”?`}
      label="Delete the template"
      busy={remove.isPending}
      disabled={used === true || uses.isPending}
      error={failedBy(remove.error, 'still_used') ? undefined : remove.error}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(template.id, {
          onSuccess: () => {
            showToast(`“${template.name}” was deleted.`);
            onClose();
            onDeleted?.();
          },
          onError: () => void uses.refetch(),
        })
      }
    >
      {uses.isPending ? <Loading lines={2} /> : null}
      {used ? (
        <>
          It cannot be deleted while it is used:
          <UsesList uses={uses.data.items} />
        </>
      ) : (
        <>Mails that were already sent stay as they are. Its versions are deleted too.</>
      )}
    </Confirm>
  );
}
