import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { Form, type FormProps } from '../form';
import { WebhookTry } from './webhook-test';

/** The webhook step: what it calls, and what that would say about a real person. */
export function WebhookForm(form: FormProps) {
  const [face, setFace] = useState<string | null>('call');
  return (
    <Tabs value={face} onChange={setFace} keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="call">Call</Tabs.Tab>
        <Tabs.Tab value="try" data-testid="webhook-try-tab">
          Test
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="call" className="tab-panel">
        <Form {...form} />
      </Tabs.Panel>
      <Tabs.Panel value="try" className="tab-panel">
        <WebhookTry config={form.config} stepId={form.stepId} readOnly={form.readOnly} />
      </Tabs.Panel>
    </Tabs>
  );
}
