/** Every sentence that people without an account read on our pages and in the mail that asks for a confirmation. Names and texts of the shop stay as the shop wrote them. */
export interface PublicWords {
  /** BCP 47: of the page, and of its dates. */
  lang: string;
  unknownLink: { title: string; text: string };
  unsubscribe: {
    title: string;
    fromTopic: (topic: string, address: string, workspace: string) => string;
    fromAll: (address: string, workspace: string) => string;
    leave: (topic: string) => string;
    submit: string;
    everything: string;
    note: string;
    doneTitle: string;
    done: (address: string, workspace: string) => string;
    leftTitle: (topic: string) => string;
    left: (address: string) => string;
  };
  preferences: {
    title: string;
    off: (address: string, workspace: string) => string;
    paused: (address: string, workspace: string, day: string) => string;
    on: (address: string, workspace: string) => string;
    note: string;
    topics: string;
    save: string;
    pausedTitle: string;
    pauseEnds: (day: string) => string;
    endPause: string;
    pauseTitle: string;
    pauseMeans: (days: number) => string;
    pause: (days: number) => string;
    stopTitle: string;
    stopMeans: string;
    stop: string;
    again: string;
    everything: string;
    /** What is said after each button. */
    said: Record<'save' | 'pause' | 'resume' | 'unsubscribe' | 'subscribe' | 'everything', string>;
  };
  signUp: {
    unknownTitle: string;
    unknown: string;
    title: (workspace: string) => string;
    email: string;
    firstName: string;
    leaveEmpty: string;
    topics: (names: string) => string;
    submit: string;
    noAddress: string;
    finish: string;
    quick: string;
    tooMany: string;
    checkTitle: string;
    check: readonly string[];
    thanksTitle: string;
    thanks: string;
  };
  /** The mail that asks whether it was them. Values of it stand in Liquid. */
  confirmationMail: {
    subject: string;
    preheader: string;
    title: string;
    somebody: string;
    topics: string;
    submit: string;
    lasts: (days: number) => string;
    /** Of the plain text, before the link. */
    openLink: (days: number) => string;
    note: string;
  };
  confirm: {
    title: string;
    ask: (address: string, workspace: string) => string;
    submit: string;
    note: string;
    doneTitle: string;
    done: (address: string, workspace: string) => string;
    choose: string;
    expiredTitle: string;
    expired: (days: number) => string;
    again: string;
  };
}
