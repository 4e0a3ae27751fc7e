import { lazy, Suspense } from 'react';
import { Route, Router, Switch } from 'wouter';
import { Loading } from '../design/states/notices.tsx';
import { useAddress, useAddressSearch } from '../page/address.ts';
import { Shelf } from '../shelf/shelf.tsx';
import { Boundary } from './boundary.tsx';
import { Frame } from './frame.tsx';
import { Nowhere } from './nowhere.tsx';

const Write = lazy(async () => ({ default: (await import('../write/write.tsx')).Write }));
const Lineage = lazy(async () => ({ default: (await import('../lineage/lineage.tsx')).Lineage }));
const Book = lazy(async () => ({ default: (await import('../book/book.tsx')).Book }));
const Pictures = lazy(async () => ({ default: (await import('../pictures/pictures.tsx')).Pictures }));
const Run = lazy(async () => ({ default: (await import('../run/run.tsx')).Run }));

/**
 * Every screen by its address, which is in the fragment: what a user looks at is told to no server. The shelf comes with
 * the page, the others when they are first opened.
 */
export const Screens = () => (
  <Router hook={useAddress} searchHook={useAddressSearch}>
    <Frame>
      <Boundary>
        <Suspense fallback={<Loading label="Loading the screen" lines={6} />}>
          <Switch>
            <Route path="/" component={Shelf} />
            {/* A new draft: `/write?book=ID&chapter=NUMBER`, both optional. */}
            <Route path="/write/:id?">{({ id }) => <Write id={id} />}</Route>
            <Route path="/books/:id">{({ id }) => <Book key={id} id={id} />}</Route>
            <Route path="/lineage/:id">{({ id }) => <Lineage key={id} id={id} />}</Route>
            <Route path="/books/:id/lineage">{({ id }) => <Lineage key={id} bookId={id} />}</Route>
            <Route path="/pictures" component={Pictures} />
            <Route path="/run" component={Run} />
            <Route component={Nowhere} />
          </Switch>
        </Suspense>
      </Boundary>
    </Frame>
  </Router>
);
