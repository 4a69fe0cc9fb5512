import { variantNames } from '#contracts';
import { Button, Select } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useMay } from '../../../access/session.queries';
import { useTemplates } from '../../../automations/reference-names';
import { showToast } from '../../../ui/feedback/toast';
import { fetchTemplate, fieldsOf, useCreateTemplate } from '../../templates/templates.queries';

// The editors are fetched when one is opened.
const TemplateSheet = lazy(async () => ({
  default: (await import('../../templates/template-sheet')).TemplateSheet,
}));

interface VariantDesignProps {
  at: number;
  value: string | undefined;
  /** The template of the broadcast, of which a variant can be a changed copy. */
  base: string | null;
  ownHtml: boolean;
  problem: string | undefined;
  readOnly: boolean;
  onChange: (template: string | undefined) => void;
}

/** The template of one variant; it can be edited, or made as a copy of the first one, without leaving the screen. */
export function VariantDesign({ at, value, base, ownHtml, problem, readOnly, onChange }: VariantDesignProps) {
  const templates = useTemplates();
  const mayChange = useMay('change');
  const create = useCreateTemplate();
  const [open, setOpen] = useState(false);
  const name = variantNames[at]!;
  const failed = (error: Error) => showToast(error.message);
  const data = (templates.data?.items ?? [])
    .filter(({ stream }) => stream === 'broadcast')
    .map((one) => ({ value: one.id, label: one.name }));
  const copy = (from: string) =>
    void fetchTemplate(from).then(
      (stored) =>
        create.mutate(
          { ...fieldsOf(stored), name: `${stored.name.slice(0, 180)} (variant ${name})` },
          {
            onSuccess: ({ id }) => {
              onChange(id);
              setOpen(true);
            },
            onError: failed,
          },
        ),
      failed,
    );
  return (
    <div className="variant-design">
      <Select
        label={`Design ${name}`}
        placeholder={ownHtml ? 'HTML of its own' : 'As in the design step'}
        description={ownHtml ? 'A program wrote it. A template replaces it.' : undefined}
        error={problem}
        readOnly={readOnly}
        searchable
        clearable
        data={data}
        value={value ?? null}
        onChange={(next) => onChange(next ?? undefined)}
      />
      {value ? (
        <Button variant="default" aria-label={`Edit design ${name}`} onClick={() => setOpen(true)}>
          {mayChange ? 'Edit' : 'View'}
        </Button>
      ) : base && at > 0 && mayChange && !readOnly && !ownHtml ? (
        <Button variant="default" loading={create.isPending} onClick={() => copy(base)}>
          Copy A and change it
        </Button>
      ) : null}
      <Suspense fallback={null}>
        {open && value ? <TemplateSheet id={value} onClose={() => setOpen(false)} /> : null}
      </Suspense>
    </div>
  );
}
