import { useEffect } from 'react';
import { useLocation } from 'react-router';

/**
 * Whether Unlayer's editor can run on this page. What a page may load was said when the browser loaded it, and only the
 * address of a template lets Unlayer's script in: `off` where the installation has no project, `elsewhere` over another
 * screen, `reload` on a template's page that was come to from another screen.
 */
type UnlayerPlace = 'here' | 'reload' | 'elsewhere' | 'off';

const templatePage = /^\/admin\/email\/templates\/[^/]+$/;

/** @param pathname as the router has it: the address bar is ahead of it while a way back is held up */
function unlayerPlace(projectId: number | null, pathname: string): UnlayerPlace {
  if (projectId === null) return 'off';
  if (!templatePage.test(pathname)) return 'elsewhere';
  const [loaded] = performance.getEntriesByType('navigation');
  return loaded && !templatePage.test(new URL(loaded.name).pathname) ? 'reload' : 'here';
}

/**
 * Where a mail of Unlayer's is shown; for who may change it the page is loaded anew where only that is missing.
 * @param settings undefined: it is not Unlayer's, or they are not known yet
 */
export function useUnlayerPlace(
  settings: { unlayer_project_id: number | null } | undefined,
  readOnly: boolean,
): UnlayerPlace | undefined {
  const { pathname } = useLocation();
  const place = settings && unlayerPlace(settings.unlayer_project_id, pathname);
  const reloads = place === 'reload' && !readOnly;
  useEffect(() => {
    if (reloads) location.reload();
  }, [reloads]);
  return place;
}
