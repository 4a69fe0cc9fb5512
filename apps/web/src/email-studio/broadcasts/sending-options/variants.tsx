import { variantNames } from '#contracts';
import { ActionIcon, Button, Checkbox, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { WordsLine } from '../../design/words/words-line';
import type { BroadcastDraft } from '../broadcast/broadcast-draft';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { VariantDesign } from './variant-design';
import { SpanInput } from './when-they-leave';
import { WholeNumber } from './whole-number';

type Test = NonNullable<BroadcastDraft['test']>;
type Variant = Test['variants'][number];

/** As the server allows. */
const MOST = 5;
const FIRST: Test = {
  on: 'subject',
  variants: [{}, {}],
  percent: 20,
  wait: { n: 4, unit: 'hours' },
  winner_by: 'clicks',
};

interface VariantsProps {
  now: Pick<BroadcastDraft, 'test' | 'template_id'>;
  problems: Broadcast['problems'];
  readOnly: boolean;
  set: (change: Pick<BroadcastDraft, 'test'>) => void;
}

/** Variants are tried on a share of the people before the rest gets the better one. */
export function Variants({ now: { test, template_id }, problems, readOnly, set }: VariantsProps) {
  return (
    <div className="stack-tight">
      <Checkbox
        label="Try variants on some of them first"
        description="The rest gets the one that does better."
        disabled={readOnly}
        checked={test !== null}
        onChange={(event) => set({ test: event.currentTarget.checked ? FIRST : null })}
      />
      {test ? (
        <div className="how-sent-more stack">
          <Chosen
            test={test}
            base={test.variants[0]?.html === undefined ? (test.variants[0]?.template_id ?? template_id) : null}
            problems={problems}
            readOnly={readOnly}
            onChange={(next) => set({ test: next })}
          />
        </div>
      ) : null}
    </div>
  );
}

interface ChosenProps {
  test: Test;
  /** The template of the first variant. */
  base: string | null;
  problems: Broadcast['problems'];
  readOnly: boolean;
  onChange: (test: Test) => void;
}

function Chosen({ test, base, problems, readOnly, onChange }: ChosenProps) {
  const { on, variants, percent, wait, winner_by } = test;
  const change = (at: number, variant: Variant) =>
    onChange({ ...test, variants: variants.map((one, nth) => (nth === at ? variant : one)) });
  return (
    <>
      <SegmentedControl
        className="start"
        aria-label="What is tried"
        disabled={readOnly}
        value={on}
        // What the other kind of variant says does not fit.
        onChange={(next) =>
          onChange({ ...test, on: next === 'design' ? 'design' : 'subject', variants: variants.map(() => ({})) })
        }
        data={[
          { value: 'subject', label: 'Subjects' },
          { value: 'design', label: 'Designs' },
        ]}
      />
      <div className="stack-tight">
        {variants.map((variant, at) => (
          <div className="variant-row" key={at}>
            {on === 'subject' ? (
              <VariantSubject
                at={at}
                value={variant.subject ?? ''}
                problem={problems.find(({ pointer }) => pointer.startsWith(`/test/variants/${at}`))?.message}
                readOnly={readOnly}
                onChange={(subject) => change(at, subject === '' ? {} : { ...variant, subject })}
              />
            ) : (
              <VariantDesign
                at={at}
                value={variant.template_id}
                base={base}
                ownHtml={variant.html !== undefined}
                problem={problems.find(({ pointer }) => pointer.startsWith(`/test/variants/${at}`))?.message}
                readOnly={readOnly}
                onChange={(template_id) => change(at, template_id ? { template_id } : {})}
              />
            )}
            {readOnly || variants.length <= 2 ? null : (
              <Tooltip label={`Remove ${variantNames[at]!}`}>
                <ActionIcon
                  aria-label={`Remove variant ${variantNames[at]!}`}
                  onClick={() => onChange({ ...test, variants: variants.filter((_, nth) => nth !== at) })}
                >
                  <IconX size={16} stroke={1.5} />
                </ActionIcon>
              </Tooltip>
            )}
          </div>
        ))}
        {readOnly || variants.length >= MOST ? null : (
          <Button
            className="start"
            variant="default"
            size="compact-sm"
            onClick={() => onChange({ ...test, variants: [...variants, {}] })}
          >
            Add a variant
          </Button>
        )}
      </div>
      <WholeNumber
        label="Share of the people they are tried on"
        description="Split equally between the variants."
        suffix=" %"
        min={10}
        max={50}
        readOnly={readOnly}
        value={percent}
        onChange={(next) => onChange({ ...test, percent: next })}
      />
      <div className="stack-tight">
        <span className="label">How long to wait before the better one is chosen</span>
        <SpanInput
          label="Wait"
          value={wait}
          readOnly={readOnly}
          onChange={(next) => onChange({ ...test, wait: next })}
        />
      </div>
      <Select
        label="The better one is the one with more"
        w={200}
        readOnly={readOnly}
        allowDeselect={false}
        data={[
          { value: 'clicks', label: 'clicks' },
          { value: 'enrollments', label: 'enrollments' },
        ]}
        value={winner_by}
        onChange={(next) => onChange({ ...test, winner_by: next === 'enrollments' ? 'enrollments' : 'clicks' })}
      />
      <p className="label">If no difference is found, the rest gets A.</p>
    </>
  );
}

interface VariantSubjectProps {
  at: number;
  value: string;
  problem: string | undefined;
  readOnly: boolean;
  onChange: (subject: string) => void;
}

function VariantSubject({ at, ...line }: VariantSubjectProps) {
  return (
    <div className="wizard-lines">
      <WordsLine
        label={`Subject ${variantNames[at]!}`}
        pointer={`/test/variants/${at}/subject`}
        placeholder="As in the settings"
        {...line}
      />
    </div>
  );
}
