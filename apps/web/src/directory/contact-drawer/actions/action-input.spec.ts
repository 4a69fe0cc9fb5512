import { describe, expect, it } from '@jest/globals';
import { contactActionForms, type ContactActionName } from '#contracts';
import { fieldsOfJson } from '../../../schema-form/schema';
import { drawnFields, inputOf, missingIn, previewInput } from './action-input';

const fieldsOf = (action: ContactActionName) => fieldsOfJson(contactActionForms[action].input);
const id = '6f1c2d7e-7d0b-4c3a-9a51-0d8f7a1b2c3d';

describe('the form of an action', () => {
  it('asks for an amount where there is one, and sends nothing that is not asked', () => {
    const fields = fieldsOf('enroll');
    const names = (values: object) => drawnFields(fields, { ...values }).map(({ name }) => name);
    expect(names({})).toEqual(['course_id', 'payment', 'note']);
    expect(names({ payment: 'elsewhere' })).toEqual(['course_id', 'payment', 'amount_minor', 'currency', 'note']);
    expect(inputOf(fields, { course_id: id, amount_minor: 4900, note: ' ' })).toEqual({
      course_id: id,
      payment: 'free',
    });
  });

  it('is previewed once all but the reason is there, and without what is typed to be sure', () => {
    const fields = fieldsOf('revoke_access');
    expect(previewInput(fields, { confirm: '4821' })).toEqual({ reason: '…' });
    expect(missingIn(fields, {})).toEqual(new Map([['reason', 'Fill this in.']]));
    expect(previewInput(fields, { reason: 'Asked for it', refund_at_stripe: true })).toEqual({
      reason: 'Asked for it',
      refund_at_stripe: true,
    });
    expect(previewInput(fieldsOf('update_email'), {})).toBeUndefined();
    expect(previewInput(fieldsOf('reset_password'), {})).toEqual({});
  });
});
