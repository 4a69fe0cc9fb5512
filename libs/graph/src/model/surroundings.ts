/** What the caller of the checks knows of the world. Whatever is left out is not checked. */
export interface Surroundings {
  /** The automation that is drawn. */
  automation_id?: string;
  /** Activity types that were ever seen. */
  activity_types?: ReadonlySet<string>;
  template_ids?: ReadonlySet<string>;
  /** Those of them that no administrator has approved as system mail, as they are now. */
  unapproved_template_ids?: ReadonlySet<string>;
  course_ids?: ReadonlySet<string>;
  /** The lists that the drawing names and that exist: whether they follow rules or are kept by hand. */
  lists?: ReadonlyMap<string, 'rules' | 'static'>;
  /** The automations that the drawing names and that exist. */
  automations?: ReadonlyMap<string, OtherAutomation>;
  /** Addresses of colleagues, in lower case. */
  staff?: ReadonlySet<string>;
  /** Whether the workspace has a sender of its own per stream. */
  senders?: { broadcast: boolean; transactional: boolean };
  /** What keeps mail from leaving, or from being heard of. */
  delivery?: {
    /** Whether there is one for marketing mail; absent where none is needed. */
    postal_address?: boolean;
    /** Links in mail would lead to this machine, and mail goes out. */
    links_point_here?: boolean;
    /** Somebody has stopped all sending. */
    stopped?: boolean;
    /** Postmark does not take our mail. */
    refused?: boolean;
    /** Postmark did not say anything of the stream for marketing. */
    stream_unreadable?: boolean;
    /** Postmark has never called the webhook. */
    no_reports?: boolean;
  };
  /** Addresses that mail may be from, in small letters. */
  allowed_senders?: ReadonlySet<string>;
  /** Says what is wrong with a schedule; undefined if nothing is. */
  checkCron?: (cron: string) => string | undefined;
  /** Whether mail leaves for real people, so that its links must be public. */
  real_mail?: boolean;
  /** Says what is wrong with a Liquid text, and where; undefined if nothing is. */
  checkTemplate?: (text: string) => string | undefined;
}

export interface OtherAutomation {
  name: string;
  live: boolean;
  /** It sends people, itself or by way of others, back to the automation that is drawn. */
  leads_back: boolean;
}
