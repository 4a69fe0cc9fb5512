import { adminAddresses } from '#contracts';

/** Why a mail that was made with Unlayer is only shown here. */
export function UnlayerNotice({ id, place }: { id: string; place: 'off' | 'elsewhere' }) {
  return (
    <div className="notice mail-conflict" role="status">
      {place === 'off' ? (
        <p className="sentence">
          This mail was designed with Unlayer’s editor, which is not set up on this installation. It can be shown and
          sent as it is. To change its design, an administrator sets UNLAYER_PROJECT_ID.
        </p>
      ) : (
        <p className="sentence">
          This mail was designed with Unlayer’s editor, which opens on the mail’s own page only.{' '}
          <a href={adminAddresses.template(id)} target="_blank" rel="noreferrer">
            Open its page
          </a>
        </p>
      )}
    </div>
  );
}
