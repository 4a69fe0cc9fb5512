import { adminAddresses, importAutomation } from '#contracts';
import { toEnglish, type Portable } from '#graph';
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../api/client';
import { Problem } from '../ui/forms/confirm';
import { Section } from '../ui/pages/page';
import { ChooseImportFile } from './choose-import-file';
import { ReferenceNames, useReferenceNames } from './reference-names';

/** A new draft from an exported file, read aloud before it is made. */
export function ImportAutomation() {
  const [read, setRead] = useState<Portable>();
  const client = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: (given: Portable) => call(importAutomation, { body: { format: 'cortex.automation/1', ...given } }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['automations'] });
      void navigate(adminAddresses.automation(id), { replace: true });
    },
  });
  const close = () => {
    setRead(undefined);
    make.reset();
  };
  return (
    <Section title="Or import one" note="From a file exported here or from another Cortex.">
      <ChooseImportFile onRead={setRead} />
      <Modal
        opened={read !== undefined}
        onClose={close}
        title={read?.name ?? ''}
        size={640}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {read ? (
          <div className="stack">
            <ReferenceNames>
              <Said given={read} />
            </ReferenceNames>
            <p className="label">
              It becomes a draft: nobody enters until you publish it. Lists, templates and automations that do not exist
              here are left blank for you to fill in.
            </p>
            <Problem error={make.error} />
            <div>
              <Button disabled={make.isPending} onClick={() => make.mutate(read)}>
                Import as a draft
              </Button>
            </div>
          </div>
        ) : null}
      </Modal>
    </Section>
  );
}

function Said({ given }: { given: Portable }) {
  const things = useReferenceNames();
  return <pre className="prose sentence">{toEnglish(given.graph, things) || 'It has no steps.'}</pre>;
}
