import { Link } from 'wouter';
import { useTitle } from '../page/title.ts';

/** The screen of an address that is none of the Studio's. */
export function Nowhere() {
  useTitle('Nothing here');
  return (
    <>
      <h1>Nothing here</h1>
      <p>
        This address is none of the Studio’s. <Link href="/">To the shelf</Link>
      </p>
    </>
  );
}
