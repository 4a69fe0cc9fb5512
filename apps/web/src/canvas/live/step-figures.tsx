import { count } from '../../ui/formatting/format';
import { clockTime } from '../../ui/formatting/time';
import { nodeDef } from '#graph';
import { useStep } from '../document/use-editor';
import { EndMoney } from './end-figures';
import { FigureButton } from './figure-button';
import { riverAt, useLive } from './live-store';
import { MailThumbnail } from './mail-thumbnail';
import { describeOutcome } from '../../runs/step-outcome';

/** The third line of a card in Live: its figures, or what one person met here. */
export function StepFigures({ id }: { id: string }) {
  const figures = useLive((live) => (live.trace ? null : (live.stats?.nodes[id] ?? null)));
  const all = useLive((live) => live.stats?.entered ?? 0);
  const visits = useLive((live) => live.trace?.visits.get(id));
  const traced = useLive((live) => live.trace !== null);
  const step = useStep(id);
  const isEnd = step !== undefined && nodeDef(step.type)?.kind === 'end';
  const river = useLive((live) => riverAt(live, id));
  const reader = useLive((live) => (live.trace?.run.id === 'story' ? live.trace.run.contact_email : undefined));
  if (traced) {
    const last = visits?.at(-1);
    if (!last) return <p className="card-facts" data-faded="true" />;
    return (
      <>
        {reader && step?.type === 'send_email' ? <MailThumbnail config={step.config} email={reader} /> : null}
        <p className="card-facts" data-testid="trace-facts">
          {clockTime(last.entered_at)} {describeOutcome(last, step)}
        </p>
      </>
    );
  }
  if (river) return <RiverFigures river={river} isEnd={isEnd} />;
  const share = figures && all > 0 ? Math.min(1, figures.entered / all) : 0;
  const mail = figures?.messages;
  const skipped = Object.values(mail?.skipped ?? {}).reduce((sum, n) => sum + n, 0);
  if (isEnd)
    return (
      <p className="card-facts" data-testid="facts">
        <FigureButton nodeId={id} figure="entered">
          <b>{count(figures?.entered ?? 0)}</b>
        </FigureButton>{' '}
        ended here <EndMoney nodeId={id} />
      </p>
    );
  return (
    <p className={skipped > 0 ? 'card-facts many' : 'card-facts'} data-testid="facts">
      <span>
        <FigureButton nodeId={id} figure="entered">
          <b>{count(figures?.entered ?? 0)}</b> in
        </FigureButton>{' '}
        ·{' '}
        <FigureButton nodeId={id} figure="here">
          <b>{count(figures?.here_now ?? 0)}</b> here
        </FigureButton>{' '}
        ·{' '}
        {mail ? (
          <>
            <FigureButton nodeId={id} figure="mail_sent">
              <b>{count(mail.sent)}</b> sent
            </FigureButton>
            {skipped > 0 ? (
              <>
                {' '}
                ·{' '}
                <FigureButton nodeId={id} figure="mail_skipped">
                  <b>{count(skipped)}</b> skipped
                </FigureButton>
              </>
            ) : null}
          </>
        ) : (
          <FigureButton nodeId={id} figure="left">
            <b>{count(figures?.left ?? 0)}</b> left
          </FigureButton>
        )}
      </span>
      <span className="card-share" style={{ width: `${share * 100}%` }} />
    </p>
  );
}

/** Who was at the step at the moment that is played back, and who came in its time. */
function RiverFigures({ river, isEnd }: { river: NonNullable<ReturnType<typeof riverAt>>; isEnd: boolean }) {
  const most = useLive((live) => live.river?.most.here ?? 0);
  const { here, came } = river;
  return (
    <p className="card-facts" data-testid="river-facts">
      {isEnd ? null : (
        <>
          <span className="river-figure">
            <b>{count(here)}</b> here at this time
          </span>{' '}
          ·{' '}
        </>
      )}
      <span className="river-figure">
        <b>{count(came)}</b> {isEnd ? 'ended here' : 'came'}
      </span>
      {most > 0 && here > 0 ? <span className="card-pile" style={{ width: `${(here / most) * 100}%` }} /> : null}
    </p>
  );
}
