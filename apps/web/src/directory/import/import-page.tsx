import './import.css';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMay } from '../../access/session.queries';
import { Page } from '../../ui/pages/page';
import { Empty } from '../../ui/feedback/query-states';
import { focusContent } from '../../ui/forms/focus-back';
import { CheckStep, type Choices } from './check-step';
import { ColumnsStep } from './columns-step';
import { FileStep } from './file-step';
import { ImportResult } from './import-result';
import type { Kept, Mapping } from './imports.queries';

const steps = ['File', 'Columns', 'Check'] as const;
const nothingChosen: Choices = { unknown: 'lead', tags: [], source: '' };

/** `/admin/directory/import`: people from a file in three steps; with `?job=` what became of it. */
export function ImportPage() {
  const [search, setSearch] = useSearchParams();
  const mayImport = useMay('bulk');
  const job = search.get('job');
  const [file, setFile] = useState<Kept>();
  const [mapping, setMapping] = useState<Mapping>({});
  const [choices, setChoices] = useState<Choices>(nothingChosen);
  const [step, setStep] = useState(0);
  const shown = useRef<HTMLDivElement>(null);
  const place = job ?? step;
  const from = useRef(place);
  // The button that led to the next step has gone: the keyboard goes on where that step begins, or what became of it.
  useEffect(() => {
    if (from.current !== place && job !== null) focusContent();
    else if (from.current !== place) shown.current?.focus({ preventScroll: true });
    from.current = place;
  }, [place, job]);
  const follow = (id: string) => setSearch({ job: id });
  if (!mayImport)
    return (
      <Page title="Import people">
        <Empty title="You cannot import people">Ask an administrator to do it, or to change your role.</Empty>
      </Page>
    );
  if (job)
    return (
      <Page title="Import people">
        <ImportResult key={job} id={job} onUndoing={follow} />
      </Page>
    );
  return (
    <Page title="Import people" wide={step === 1}>
      <ol className="import-steps" aria-label="Steps">
        {steps.map((name, at) => (
          <li key={name}>
            <Button
              variant="subtle"
              size="compact-sm"
              disabled={at > step}
              title={at > step ? (file ? 'Go on from the step before.' : 'Choose a file first.') : undefined}
              aria-current={at === step ? 'step' : undefined}
              onClick={() => setStep(at)}
            >
              {at + 1}. {name}
            </Button>
          </li>
        ))}
      </ol>
      <div ref={shown} tabIndex={-1} role="group" aria-label={`Step ${step + 1}: ${steps[step]}`} className="stack">
        {step === 0 ? (
          <FileStep
            onKept={(kept) => {
              setFile(kept);
              setMapping(kept.mapping);
              setStep(1);
            }}
          />
        ) : null}
        {step === 1 && file ? (
          <ColumnsStep file={file} mapping={mapping} onChange={setMapping} onNext={() => setStep(2)} />
        ) : null}
        {step === 2 && file ? (
          <CheckStep file={file} mapping={mapping} choices={choices} onChoose={setChoices} onStarted={follow} />
        ) : null}
      </div>
    </Page>
  );
}
