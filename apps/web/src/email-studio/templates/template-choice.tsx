import { Button, Select } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useMay } from '../../access/session.queries';
import { useTemplates } from '../../automations/reference-names';

// The editors are fetched when one is opened.
const TemplateSheet = lazy(async () => ({
  default: (await import('./template-sheet')).TemplateSheet,
}));
const NewTemplate = lazy(async () => ({
  default: (await import('./new-template')).NewTemplate,
}));

/** Which template is sent; it can be edited or made without leaving the screen. */
export function TemplateChoice(props: {
  value: string;
  stream: 'broadcast' | 'transactional';
  problem: string | undefined;
  readOnly: boolean;
  /** What becomes of it when the template is changed later. */
  note: string;
  /** Offers only templates of this stream. */
  ofStream?: boolean;
  onChoose: (id: string) => void;
}) {
  const { value, onChoose } = props;
  const templates = useTemplates();
  const mayChange = useMay('change');
  const [open, setOpen] = useState<'edit' | 'new'>();
  const data = (templates.data?.items ?? [])
    .filter((one) => !props.ofStream || one.stream === props.stream || one.id === value)
    .map((one) => ({ value: one.id, label: one.name }));
  return (
    <div className="field stack-tight" data-field="template_id">
      <Select
        label="Template"
        description={templates.data && data.length === 0 ? 'There are no templates yet. Make one here.' : undefined}
        error={props.problem}
        readOnly={props.readOnly}
        searchable
        data={data}
        value={value || null}
        placeholder="Choose a template"
        onChange={(id) => id && onChoose(id)}
      />
      <div className="row">
        {value ? (
          <Button size="xs" variant="default" onClick={() => setOpen('edit')}>
            {mayChange ? 'Edit the template' : 'View the template'}
          </Button>
        ) : null}
        {mayChange && !props.readOnly ? (
          <Button size="xs" variant="default" onClick={() => setOpen('new')}>
            New template
          </Button>
        ) : null}
      </div>
      {value ? <p className="label">{props.note}</p> : null}
      <Suspense fallback={null}>
        {open === 'edit' ? <TemplateSheet id={value} onClose={() => setOpen(undefined)} /> : null}
        {open === 'new' ? (
          <NewTemplate
            stream={props.stream}
            onClose={() => setOpen(undefined)}
            onMade={(id) => {
              onChoose(id);
              setOpen('edit');
            }}
          />
        ) : null}
      </Suspense>
    </div>
  );
}
