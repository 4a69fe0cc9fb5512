import { tintOf, type Brand } from '../brand.js';
import type { MailNode } from '../design.js';
import {
  bottom,
  button,
  design,
  footer,
  header,
  hello,
  letter,
  line,
  overline,
  signature,
  text,
  top,
  type ReadyDesign,
} from './parts.js';

/*
 * The mails of the recipes. They go out as they are if nobody changes them, so they promise nothing that a shop may not
 * keep: no discount, no trial, no date. A button is there only where it is known where it leads.
 */

/** To the address that the lead came with, else to the shop; without either there is no button. */
const backToCheckout = (brand: Brand): MailNode[] =>
  brand.website
    ? [
        button('Continue where I stopped', `{{ lead.attributes.checkout_url | default: "${brand.website}" }}`, {
          padding: '8px 24px 24px',
        }),
      ]
    : [];
const toTheShop = (brand: Brand, words: string): MailNode[] =>
  brand.website ? [button(words, brand.website, { padding: '16px 24px' })] : [];

const heading = (words: string): MailNode => text(`<h1>${words}</h1>`, { padding: '8px 24px' });

const checkoutReminder: ReadyDesign = {
  id: 'checkout_reminder',
  name: 'Checkout reminder',
  summary: 'Half an hour after somebody left the checkout.',
  stream: 'broadcast',
  subject: 'Your place in {{ lead.course_title | default: "the course" }} is still free',
  preheader: 'You began to enroll and did not finish. Nothing is lost.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          heading('You left something behind'),
          text(
            `${hello}<p>You began to enroll a little while ago and stopped before the end. Perhaps somebody called. You can go on where you stopped.</p>`,
          ),
        ],
        top,
      ),
      letter(
        [
          overline('You had chosen', brand.quiet, { padding: '20px 24px 0' }),
          text('<h2>{{ lead.course_title | default: "Your course" }}</h2>', { padding: '0 24px 16px' }),
          ...backToCheckout(brand),
        ],
        { 'background-color': tintOf(brand) },
      ),
      letter(
        [
          text('<p>Was something unclear, or did the payment fail? Answer this mail, and a person will help you.</p>', {
            padding: '24px 24px 8px',
          }),
          text(signature),
        ],
        bottom,
      ),
      footer(),
    ),
};

const checkoutQuestions: ReadyDesign = {
  id: 'checkout_questions',
  name: 'Questions before enrolling',
  summary: 'Two days later, to those who still have not enrolled.',
  stream: 'broadcast',
  subject: 'Any questions about {{ lead.course_title | default: "the course" }}?',
  preheader: 'Answer this mail. A person reads it.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          heading('Is there anything you would like to know?'),
          text(
            `${hello}<p>Two days ago you looked at <b>{{ lead.course_title | default: "one of our courses" }}</b>. If you are still thinking about it, these are the questions people ask us most:</p><ul><li>How much time does it take each week?</li><li>What do I need to know before I begin?</li><li>What happens if it turns out not to be for me?</li></ul><p>Answer this mail with yours. You will hear from a person, not a machine.</p>`,
          ),
          ...backToCheckout(brand),
          line(),
          text('<p>If you have decided against it, that is fine. We will not write about it again.</p>'),
          text(signature),
        ],
        { padding: '32px 8px 24px' },
      ),
      footer(),
    ),
};

const enrolledWelcome: ReadyDesign = {
  id: 'enrolled_welcome',
  name: 'Welcome to the course',
  summary: 'Right after somebody enrolled.',
  stream: 'broadcast',
  subject: 'Welcome to {{ activity.metadata.course_title | default: "your course" }}',
  preheader: 'Your place is booked. How to begin, in three short steps.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          heading('Good to have you here'),
          text(
            `${hello}<p>Your place in <b>{{ activity.metadata.course_title | default: "the course" }}</b> is booked. You do not have to do anything today. When you begin, this helps:</p><ul><li><b>Look around for ten minutes.</b> See what comes, and what you need beside you.</li><li><b>Choose a day.</b> Whoever puts one evening a week into the calendar gets furthest.</li><li><b>Tell us what you want to be able to do.</b> Answer this mail; we read every answer.</li></ul>`,
          ),
          ...toTheShop(brand, 'Open my course'),
          text(signature),
        ],
        { padding: '32px 8px 24px' },
      ),
      footer(),
    ),
};

const enrolledFirstDays: ReadyDesign = {
  id: 'enrolled_first_days',
  name: 'The first days',
  summary: 'Three days after somebody enrolled.',
  stream: 'broadcast',
  subject: 'How are your first days, {{ contact.first_name | default: "all in all" }}?',
  preheader: 'One question, and a person who reads your answer.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          heading('How is it going?'),
          text(
            `${hello}<p>You enrolled in <b>{{ activity.metadata.course_title | default: "your course" }}</b> three days ago. How are you getting on?</p><p>If you have begun: what was the most useful thing so far? If you have not: what got in the way? One sentence is enough. Answer this mail, and we will see what we can do.</p>`,
          ),
          ...toTheShop(brand, 'Go on with my course'),
          text(signature),
        ],
        { padding: '32px 8px 24px' },
      ),
      footer(),
    ),
};

const quietCustomer: ReadyDesign = {
  id: 'quiet_customer',
  name: 'It has been a while',
  summary: 'To a customer who has done nothing for 60 days.',
  stream: 'broadcast',
  subject: 'It has been a while, {{ contact.first_name | default: "and your courses are still here" }}',
  preheader: 'Your courses are where you left them.',
  make: (brand) =>
    design(
      header(),
      letter(
        [
          heading('It has been a while'),
          text(
            `${hello}<p>Your courses are where you left them. Starting again is easiest small: one lesson, a quarter of an hour, nothing to make up for.</p>`,
          ),
          ...toTheShop(brand, 'Go on where I stopped'),
          text(
            '<p>Was it something that we could do better? Answer this mail and tell us. And if your interests lie elsewhere now, that is all right: one click below, and we stop writing. Your courses stay yours.</p>',
          ),
          text(signature),
        ],
        { padding: '32px 8px 24px' },
      ),
      footer(),
    ),
};

/** Mails that come with the recipes of automations, by their ids there. */
export const recipeMails: readonly ReadyDesign[] = [
  checkoutReminder,
  checkoutQuestions,
  enrolledWelcome,
  enrolledFirstDays,
  quietCustomer,
];
