import { readyDesigns, type Brand, type Design, type ReadyDesign } from '#designs';
import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { faceOf } from '../design/preview/faces';
import { useSettings } from '../../settings/saving/settings.queries';
import { useBrand, useReadyThumbnail } from '../design/mail/designs.queries';
import type { MailStream } from '../design/mail/draft';
import type { Beginning } from './beginning';
import { ImportDesign } from './import-design';
import { useCreateTemplate } from './templates.queries';
import { Thumbnail } from './thumbnail';

interface NewTemplateProps {
  stream: MailStream;
  onClose: () => void;
  onMade: (id: string) => void;
}

const emptyPage: Design = {
  v: 1,
  body: {},
  rows: [
    { tagName: 'cx-header', attributes: {} },
    {
      tagName: 'mj-section',
      attributes: {},
      children: [
        {
          tagName: 'mj-column',
          attributes: {},
          children: [{ tagName: 'mj-text', attributes: {}, content: '<p>Write here.</p>' }],
        },
      ],
    },
    { tagName: 'cx-footer', attributes: {} },
  ],
};

const emptyUnlayer = { schemaVersion: 18, body: { rows: [], values: {} } };

/** Asks what a new template begins with: a ready design, an empty page, HTML, or something made elsewhere. */
export function NewTemplate({ stream: given, onClose, onMade }: NewTemplateProps) {
  const [stream, setStream] = useState(given);
  const [name, setName] = useState('');
  const [importing, setImporting] = useState(false);
  const create = useCreateTemplate();
  const { data: brand } = useBrand();
  const offersUnlayer = (useSettings().data?.unlayer_project_id ?? null) !== null;
  const make = (beginning: Beginning) =>
    create.mutate(
      { ...beginning, name: name.trim() || beginning.name, stream },
      { onSuccess: (template) => onMade(template.id) },
    );
  const ready = readyDesigns.filter((one) => one.stream === stream);
  return (
    <Modal opened onClose={onClose} size={880} title="New template" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <div className="new-template-head">
          <TextInput
            label="Name"
            placeholder="Spring newsletter"
            data-autofocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="What it is for"
            value={stream}
            onChange={(next) => setStream(next as MailStream)}
            data={[
              { value: 'broadcast', label: 'Broadcast' },
              { value: 'transactional', label: 'Transactional' },
            ]}
          />
        </div>
        {create.error ? <Problem error={create.error} /> : null}
        {importing ? (
          <ImportDesign onBack={() => setImporting(false)} onRead={make} busy={create.isPending} />
        ) : (
          <>
            <div className="row">
              <Button
                variant="default"
                disabled={create.isPending}
                onClick={() => make({ name: 'Untitled template', editor: 'mjml', design: emptyPage })}
              >
                An empty page
              </Button>
              <Button
                variant="default"
                disabled={create.isPending}
                onClick={() => make({ name: 'Untitled template', editor: 'html', html: '<p>Hello,</p>\n' })}
              >
                HTML
              </Button>
              {offersUnlayer ? (
                <Button
                  variant="default"
                  disabled={create.isPending}
                  onClick={() => make({ name: 'Untitled template', editor: 'unlayer', design: emptyUnlayer })}
                >
                  Unlayer
                </Button>
              ) : null}
              <Button variant="default" disabled={create.isPending} onClick={() => setImporting(true)}>
                Import HTML, MJML or Unlayer
              </Button>
            </div>
            <h3>Or begin with a ready design</h3>
            <ul className="template-grid new-template-ready" aria-label="Ready designs">
              {(brand ? ready : []).map((one) => (
                <ReadyCard
                  key={one.id}
                  ready={one}
                  brand={brand!}
                  busy={create.isPending}
                  onChoose={() =>
                    make({
                      name: one.name,
                      editor: 'mjml',
                      subject: one.subject,
                      preheader: one.preheader,
                      design: one.make(brand!),
                    })
                  }
                />
              ))}
            </ul>
          </>
        )}
      </div>
    </Modal>
  );
}

function ReadyCard({
  ready,
  brand,
  busy,
  onChoose,
}: {
  ready: ReadyDesign;
  brand: Brand;
  busy: boolean;
  onChoose: () => void;
}) {
  const thumbnail = useReadyThumbnail(ready, brand);
  return (
    <li className="template-card">
      <button type="button" className="template-link" disabled={busy} onClick={onChoose}>
        <Thumbnail html={thumbnail.data?.html && faceOf(thumbnail.data.html, 'desktop')} />
        <span className="template-name">{ready.name}</span>
        <span className="label template-subject">{ready.summary}</span>
      </button>
    </li>
  );
}
