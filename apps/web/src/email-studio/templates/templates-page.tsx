import './templates.css';
import { adminAddresses } from '#contracts';
import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useMay } from '../../access/session.queries';
import { rowsOf } from '../../api/paged';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { LoadMore } from '../../ui/pages/load-more';
import { Page } from '../../ui/pages/page';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { showToast } from '../../ui/feedback/toast';
import type { MailStream } from '../design/mail/draft';
import { DeleteTemplate } from './delete-template';
import { NewTemplate } from './new-template';
import { TemplateCard } from './template-card';
import { fieldsOf, useCreateTemplate, useTemplatePages, type Template } from './templates.queries';

const streams: { value: MailStream; label: string }[] = [
  { value: 'broadcast', label: 'Broadcast' },
  { value: 'transactional', label: 'Transactional' },
];

/** `/admin/email/templates`: every template by its look, marketing and system mail apart. */
export function TemplatesPage() {
  const [search, setSearch] = useSearchParams();
  const stream: MailStream = search.get('stream') === 'transactional' ? 'transactional' : 'broadcast';
  const pages = useTemplatePages(stream);
  const mayChange = useMay('change');
  const create = useCreateTemplate();
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Template>();
  const duplicate = (template: Template) =>
    create.mutate(
      { ...fieldsOf(template), name: `${template.name} (copy)`.slice(0, 200) },
      {
        onSuccess: (made) => void navigate(adminAddresses.template(made.id)),
        onError: (error) => showToast(error.message),
      },
    );
  const begin = mayChange ? (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      New template
    </Button>
  ) : null;
  return (
    <Page
      title="E-mail templates"
      wide
      intro={
        stream === 'broadcast'
          ? 'Marketing: only people who agreed get it, and each mail carries an unsubscribe link.'
          : 'System mail, such as a receipt. It needs no consent, may not contain marketing, and an administrator approves it.'
      }
      actions={begin}
    >
      <SegmentedControl
        className="start"
        aria-label="Which templates"
        value={stream}
        data={streams}
        onChange={(next) => setSearch(next === 'transactional' ? { stream: next } : {}, { replace: true })}
      />
      <Answer of={pages} what="The templates could not be loaded">
        {(data) => {
          const templates = rowsOf(data);
          if (templates.length === 0 && !pages.hasNextPage)
            return (
              <Empty title="No templates yet" action={begin}>
                A template is written once and used in any number of automations.
              </Empty>
            );
          return (
            <>
              <ul className="template-grid" aria-label="Templates">
                {templates.map((template) => (
                  <ErrorBoundary
                    key={template.id}
                    what="This template could not be shown"
                    room="line"
                    of={template}
                    frame={(failed) => <li className="template-card">{failed}</li>}
                  >
                    <TemplateCard
                      template={template}
                      mayChange={mayChange}
                      onDuplicate={() => duplicate(template)}
                      onDelete={() => setDeleting(template)}
                    />
                  </ErrorBoundary>
                ))}
              </ul>
              {pages.hasNextPage ? <LoadMore list={pages} label="Show more templates" /> : null}
            </>
          );
        }}
      </Answer>
      {making ? (
        <NewTemplate
          stream={stream}
          onClose={() => setMaking(false)}
          onMade={(id) => void navigate(adminAddresses.template(id))}
        />
      ) : null}
      {deleting ? <DeleteTemplate template={deleting} onClose={() => setDeleting(undefined)} /> : null}
    </Page>
  );
}
