import { programAtHand } from '../../../platform/testing/services.ts';
import { startHiveGateway } from './hive-gateway.fixture.ts';
import { startHiveRouter } from './hive-router.fixture.ts';
import { describeMainJob } from './main-job.fixture.ts';

/** The graph through routers of others, by their stock configuration: docs/routers.md. */

describeMainJob('Hive Gateway', startHiveGateway);

// No npm package: `cargo install hive-router --version 0.2.19 --features graphiql --locked`.
const hiveRouter = programAtHand('hive_router');
if (hiveRouter) describeMainJob('Hive Router', startHiveRouter(hiveRouter));
