import '../design/studio.css';
import './broadcast/broadcasts.css';
import { adminAddresses } from '#contracts';
import { Navigate, useSearchParams } from 'react-router';
import { Page } from '../../ui/pages/page';
import { Answer } from '../../ui/feedback/query-states';
import { useBroadcast } from './broadcast/broadcasts.queries';
import { SendingPage } from './sending/sending-page';
import { Wizard } from './wizard';

/** `/admin/email/wizard?broadcast=<id>`: a draft by steps, and once it is sent or scheduled what becomes of it. */
export function BroadcastPage() {
  const [search] = useSearchParams();
  const id = search.get('broadcast');
  return id ? <Known key={id} id={id} /> : <Navigate to={adminAddresses.emailStudio} replace />;
}

function Known({ id }: { id: string }) {
  const broadcast = useBroadcast(id);
  if (!broadcast.data)
    return (
      <Page title="Broadcast">
        <Answer of={broadcast} what="This broadcast could not be loaded">
          {() => null}
        </Answer>
      </Page>
    );
  return broadcast.data.status === 'draft' ? (
    <Wizard broadcast={broadcast.data} />
  ) : (
    <SendingPage broadcast={broadcast.data} />
  );
}
