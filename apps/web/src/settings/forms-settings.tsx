import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../access/session.queries';
import { Confirm } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer, Empty } from '../ui/query-states';
import { useForms, useRemoveForm, type Form } from './consent.queries';
import { EmbedForm } from './embed-form';
import { FormFieldsForm } from './form-fields-form';

type Open = { what: 'new' } | { what: 'edit' | 'embed'; form: Form };

/** Forms by which people sign up on the shop's own pages. */
export function FormsSettings() {
  const forms = useForms();
  const mayChange = useMay('admin');
  const [open, setOpen] = useState<Open>();
  const [leaving, setLeaving] = useState<Form>();
  const remove = useRemoveForm();
  const close = () => setOpen(undefined);
  return (
    <div id="forms" className="settings-anchor">
      <Section
        title="Sign-up forms"
        note="Put a form on your site, or link to its page. Both work without scripts and keep most bots out."
      >
        <Answer of={forms} what="The forms could not be loaded" lines={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No forms yet">Create one so that people can sign up for your e-mails.</Empty>
            ) : (
              <div className="table-scroll" tabIndex={0} role="region" aria-label="Sign-up forms">
                <table className="table">
                  <thead>
                    <tr>
                      <th>Form</th>
                      <th>Confirmation</th>
                      <th className="num">Sign-ups</th>
                      <th className="num">Confirmed</th>
                      <th>
                        <span className="visually-hidden">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((form) => (
                      <tr key={form.id}>
                        <td>
                          <a href={form.page_url} target="_blank" rel="noreferrer">
                            {form.name}
                          </a>
                        </td>
                        <td>{form.double_opt_in ? 'by e-mail' : 'none'}</td>
                        <td className="num">{form.counts.asked}</td>
                        <td className="num">{form.counts.confirmed}</td>
                        <td className="num">
                          <Button variant="subtle" size="compact-sm" onClick={() => setOpen({ what: 'embed', form })}>
                            Embed
                          </Button>
                          {mayChange ? (
                            <>
                              <Button
                                variant="subtle"
                                size="compact-sm"
                                onClick={() => setOpen({ what: 'edit', form })}
                              >
                                Edit
                              </Button>
                              <Button
                                variant="subtle"
                                color="danger"
                                size="compact-sm"
                                onClick={() => setLeaving(form)}
                              >
                                Remove
                              </Button>
                            </>
                          ) : null}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Answer>
        {open?.what === 'embed' ? <EmbedForm form={open.form} onClose={close} /> : null}
        {open?.what === 'edit' ? <FormFieldsForm key={open.form.id} form={open.form} onClose={close} /> : null}
        {open?.what === 'new' ? <FormFieldsForm onClose={close} /> : null}
        {!open && mayChange ? (
          <div>
            <Button variant="default" onClick={() => setOpen({ what: 'new' })}>
              New form
            </Button>
          </div>
        ) : null}
      </Section>
      <Confirm
        opened={leaving !== undefined}
        title={`Remove “${leaving?.name ?? ''}”`}
        label="Remove the form"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && remove.mutate(leaving.id, { onSuccess: () => setLeaving(undefined) })}
      >
        Pages that still show this form will answer that it does not exist. People who signed up stay.
      </Confirm>
    </div>
  );
}
