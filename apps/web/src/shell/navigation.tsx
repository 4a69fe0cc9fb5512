import { NavLink } from 'react-router';
import { adminAddresses } from '#contracts';
import { screens } from './screens';

/** The quiet left rail. */
export function Navigation({ onGo }: { onGo: () => void }) {
  return (
    <nav aria-label="Main" className="nav">
      {screens.map(({ to, label, icon: Glyph }) => (
        <NavLink key={to} to={to} end={to === adminAddresses.home} className="nav-link" onClick={onGo}>
          <Glyph size={16} stroke={1.5} aria-hidden />
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
