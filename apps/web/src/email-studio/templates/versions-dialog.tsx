import type { TemplateVersion } from '#contracts';
import { Button, Modal, SegmentedControl } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { Answer, Loading } from '../../ui/feedback/query-states';
import { Time } from '../../ui/formatting/time';
import { wordsIn } from '../design/mail/words-in';
import { faceOf } from '../design/preview/faces';
import { useTemplateSteps, useVersion, useVersions, type Template } from './templates.queries';

const WordsDifference = lazy(async () => ({ default: (await import('./words-difference')).WordsDifference }));

interface VersionsDialogProps {
  template: Template;
  mayChange: boolean;
  onClose: () => void;
  onRestored: () => void;
}

/** Every version of a template; two of them beside each other, as pictures or in their words. */
export function VersionsDialog({ template, mayChange, onClose, onRestored }: VersionsDialogProps) {
  const versions = useVersions(template.id);
  return (
    <Modal opened onClose={onClose} size="xl" title="Versions" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Answer of={versions} what="The versions could not be loaded">
        {({ items }) => <Versions items={items} template={template} mayChange={mayChange} onRestored={onRestored} />}
      </Answer>
    </Modal>
  );
}

type VersionsProps = Omit<VersionsDialogProps, 'onClose'> & { items: readonly TemplateVersion[] };

function Versions({ items, template, mayChange, onRestored }: VersionsProps) {
  const { restore } = useTemplateSteps(template.id);
  const [chosen, setChosen] = useState<number>();
  const [face, setFace] = useState('look');
  const [current, before] = items;
  const other = items.find((one) => one.number === chosen) ?? before;
  return (
    <div className="versions">
      <ol className="versions-list" aria-label="Versions">
        {items.map((version) => (
          <li key={version.number}>
            <button
              type="button"
              aria-current={version.number === other?.number ? 'true' : undefined}
              onClick={() => setChosen(version.number)}
            >
              <span>
                Version {version.number}
                {version.number === current?.number ? ' · current' : ''}
                {version.approved_at ? ' · approved' : ''}
              </span>
              <span className="label">
                <Time at={version.saved_at} as="short" />{' '}
                {version.redrawn ? 'for the changed brand' : version.saved_by ? `by ${version.saved_by}` : ''}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {!current || !other ? (
        <p className="sentence quiet">
          There is one version so far. What you change in one sitting is one version; the next begins after a pause.
        </p>
      ) : (
        <div className="stack">
          <div className="row-apart">
            <SegmentedControl
              size="xs"
              aria-label="Compare"
              value={face}
              onChange={setFace}
              data={[
                { value: 'look', label: 'Look' },
                { value: 'words', label: 'Words' },
                { value: 'html', label: 'HTML' },
              ]}
            />
            {mayChange && other.number !== current.number ? (
              <Button
                size="xs"
                variant="default"
                loading={restore.isPending}
                onClick={() =>
                  restore.mutate({ number: other.number, version: template.version }, { onSuccess: onRestored })
                }
              >
                Restore version {other.number}
              </Button>
            ) : null}
          </div>
          {restore.error ? <Problem error={restore.error} /> : null}
          <Difference id={template.id} before={other.number} after={current.number} face={face} />
        </div>
      )}
    </div>
  );
}

interface DifferenceProps {
  id: string;
  before: number;
  after: number;
  face: string;
}

/** Two versions beside each other. */
function Difference({ id, before, after, face }: DifferenceProps) {
  const one = useVersion(id, before);
  const other = useVersion(id, after);
  return (
    <Answer of={one} what="This version could not be loaded">
      {(earlier) => (
        <Answer of={other} what="The current version could not be loaded">
          {(later) =>
            face === 'look' ? (
              <div className="versions-pictures">
                {[earlier, later].map((version) => (
                  <figure key={version.number}>
                    <figcaption className="label">
                      Version {version.number}: {wordsIn(version.subject) || 'no subject'}
                    </figcaption>
                    <iframe title={`Version ${version.number}`} sandbox="" srcDoc={faceOf(version.html, 'desktop')} />
                  </figure>
                ))}
              </div>
            ) : (
              <Suspense fallback={<Loading lines={4} />}>
                <WordsDifference
                  before={face === 'html' ? earlier.html : wordsOf(earlier)}
                  after={face === 'html' ? later.html : wordsOf(later)}
                />
              </Suspense>
            )
          }
        </Answer>
      )}
    </Answer>
  );
}

interface Words {
  subject: string;
  preheader: string;
  html: string;
  text: string | null;
  generated_text: string | null;
}

/** What a version says, one paragraph a line. */
function wordsOf({ subject, preheader, html, text, generated_text }: Words): string {
  return `Subject: ${subject}\nPreview text: ${preheader}\n\n${text ?? generated_text ?? plain(html)}`;
}

function plain(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const silent of page.querySelectorAll('head, style, script, title')) silent.remove();
  for (const block of page.body.querySelectorAll('p, div, tr, li, h1, h2, h3, br')) block.append('\n');
  return (page.body.textContent ?? '')
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
