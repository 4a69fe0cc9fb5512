import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../../access/session.queries';
import { wordsIn } from '../../design/mail/words-in';
import { Confirm } from '../../../ui/forms/confirm';
import { count } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Table, type Column } from '../../../ui/pages/table';
import { Time } from '../../../ui/formatting/time';
import { share } from '../broadcast/broadcast-words';
import { useChooseWinner, useTestResult, type Broadcast, type TestResult } from '../broadcast/broadcasts.queries';

type Row = TestResult['variants'][number] & { id: string };

/** How the test of a broadcast is doing, variant by variant, and which one the rest gets. */
export function TestOfBroadcast({ broadcast }: { broadcast: Broadcast }) {
  const { data } = useTestResult(broadcast);
  const mayChange = useMay('change');
  const [chosen, setChosen] = useState<number>();
  const choose = useChooseWinner(broadcast.id);
  if (!data) return null;
  const columns: Column<Row>[] = [
    {
      title: 'Variant',
      cell: ({ name, id }) => (Number(id) === data.winner ? <b>{name}, which the rest gets</b> : name),
    },
    data.on === 'design'
      ? { title: 'Design', cell: ({ design }) => design ?? <span className="quiet">HTML of its own</span> }
      : { title: 'Subject', cell: ({ subject }) => wordsIn(subject) },
    { title: 'Sent', className: 'num', cell: ({ sent }) => count(sent) },
    { title: 'Clicked', className: 'num', cell: ({ clicked, sent }) => <Part n={clicked} of={sent} /> },
    { title: 'Enrolled', className: 'num', cell: ({ enrolled, sent }) => <Part n={enrolled} of={sent} /> },
  ];
  const open = data.state === 'sampling' || data.state === 'waiting';
  const live = broadcast.status === 'sending' || broadcast.status === 'paused';
  return (
    <Section title="Test" note="Of the people on whom the variants are tried.">
      <p className="sentence" role="status" data-testid="test-result">
        <HowFar test={data} live={live} />
      </p>
      <Table
        label="Variants"
        rows={data.variants.map((one, at) => ({ ...one, id: String(at) }))}
        columns={columns}
        {...(mayChange && open && live
          ? {
              actions: (row: Row) => (
                <Button size="compact-sm" variant="default" onClick={() => setChosen(Number(row.id))}>
                  Choose {row.name}
                </Button>
              ),
            }
          : {})}
      />
      <Confirm
        opened={chosen !== undefined}
        title={`Send ${data.variants[chosen ?? 0]?.name} to the rest?`}
        label="Choose it"
        busy={choose.isPending}
        error={choose.error}
        onClose={() => setChosen(undefined)}
        onConfirm={() => choose.mutate(chosen!, { onSuccess: () => setChosen(undefined) })}
      >
        The test ends now, and everybody who has not had a mail yet gets this one. This cannot be undone.
      </Confirm>
    </Section>
  );
}

const Part = ({ n, of }: { n: number; of: number }) => (
  <>
    {count(n)} <span className="label">{share(n, of)}</span>
  </>
);

function HowFar({ test, live }: { test: TestResult; live: boolean }) {
  const by = test.winner_by === 'clicks' ? 'clicks' : 'enrollments';
  if (test.sentence) return <>{test.sentence}</>;
  if (!live) return <>It ended before the test was decided.</>;
  if (test.decides_at)
    return (
      <>
        The sample has its mail. The variant with more {by} goes to the rest on <Time at={test.decides_at} as="short" />
        .
      </>
    );
  return <>The sample is getting its mail. The rest waits.</>;
}
