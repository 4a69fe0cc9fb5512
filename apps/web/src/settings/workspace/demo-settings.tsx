import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Confirm } from '../../ui/forms/confirm';
import { count } from '../../ui/formatting/format';
import { SettingsPart } from '../saving/settings-part';
import { useRemoveDemo } from '../saving/settings.queries';

/** Removes everything the demo made, by one button. */
export function DemoSettings() {
  const [opened, dialog] = useDisclosure(false);
  const remove = useRemoveDemo(({ removed }) => {
    dialog.close();
    const total = Object.values(removed).reduce((sum, n) => sum + n, 0);
    notifications.show({ message: `The demo data is removed: ${count(total)} rows.` });
  });
  return (
    <SettingsPart
      id="demo"
      title="Demo data"
      note="Made-up people at example.com with courses, activities and one automation. None of them is ever e-mailed."
    >
      <div>
        <Button color="danger" variant="default" onClick={dialog.open}>
          Remove the demo data
        </Button>
      </div>
      <Confirm
        opened={opened}
        title="Remove the demo data"
        label="Remove the demo data"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={dialog.close}
        onConfirm={() => remove.mutate()}
      >
        All demo people are removed, with their courses, activities, runs and e-mails. Everything you created yourself
        stays. This cannot be undone.
      </Confirm>
    </SettingsPart>
  );
}
