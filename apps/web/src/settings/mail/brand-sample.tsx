import { fontStacks, onAccent, type Brand } from '#designs';

/** A small mail in the brand as it stands in the form, before anything is saved. */
export function BrandSample({ brand, name }: { brand: Brand; name: string }) {
  const { paper, card, ink, quiet, line, accent, radius } = brand;
  const heading = { fontFamily: fontStacks[brand.heading_font], color: ink };
  return (
    <figure
      className="brand-mail"
      role="img"
      aria-label="A mail in this brand"
      style={{ background: paper, fontFamily: fontStacks[brand.font] }}
    >
      <div className="brand-mail-card" style={{ background: card, color: ink, borderColor: line }}>
        {brand.logo ? (
          <img src={brand.logo} alt="" style={{ maxWidth: Math.min(brand.logo_width, 200) }} />
        ) : (
          <span className="brand-mail-name" style={heading}>
            {name}
          </span>
        )}
        <span className="brand-mail-heading" style={heading}>
          A new course in spring
        </span>
        <span>
          Registration is open. <span style={{ color: accent, textDecoration: 'underline' }}>See all dates</span> or
          save your place:
        </span>
        <span
          className="brand-mail-button"
          style={{ background: accent, color: onAccent(brand), borderRadius: radius }}
        >
          Save my place
        </span>
        <span className="brand-mail-line" style={{ background: line }} />
        <span>See you soon!</span>
      </div>
      <span className="brand-mail-foot" style={{ color: quiet }}>
        You get this mail because you asked for it. Unsubscribe
      </span>
    </figure>
  );
}
