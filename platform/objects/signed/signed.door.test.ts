import { openTemporaryObjects } from '../../testing/objects.ts';
import { signedContract } from './signed.contract.ts';
import { openDoor } from './signed.fixture.ts';

signedContract('Our door before a folder', async () => openDoor(await openTemporaryObjects()));
