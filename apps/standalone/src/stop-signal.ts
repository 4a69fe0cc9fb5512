export interface StopSignal {
  readonly asked: boolean;
  onAsked(act: () => void): void;
}

/** Ctrl-C reaches the whole group and npm passes it on again, so being told twice means the same as once. */
export function stopSignal(): StopSignal {
  let asked = false;
  const acts: (() => void)[] = [];
  const tell = () => {
    if (asked) return;
    asked = true;
    for (const act of acts) act();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, tell);
  return {
    get asked() {
      return asked;
    },
    onAsked: (act) => void acts.push(act),
  };
}
