/** An e-mail address that is broken behind its @ where it does not fit into one line. */
export function Address({ of: address }: { of: string }) {
  const at = address.lastIndexOf('@') + 1;
  return (
    <>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </>
  );
}
