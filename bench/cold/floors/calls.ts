// bench/cold/floors/calls.ts says which requests of the real function a floor has to make too.
import type { RecordedCall } from '../../dynamo/orders.ts';

export const callsGiven = (): RecordedCall[] => JSON.parse(process.env.CALLS ?? '[]');
