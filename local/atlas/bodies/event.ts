// local/atlas/bodies/event.ts: the body of an event (docs/atlas.md#12-2).
import { groupPath, type Scene, selfLink } from '../base/scene.ts';
import { timestamp } from '../base/time.ts';
import type { SimEvent } from '../model/event.ts';

/** @param withRaw adds a field with names of its own; its samples show more than is known to be there. */
export function eventBody({ id, projectId, type, created, fields }: SimEvent, scene: Scene, withRaw: boolean) {
  return {
    ...fields,
    created: timestamp(created),
    eventTypeName: type,
    groupId: projectId,
    id,
    links: [selfLink(scene, `${groupPath(projectId)}/events/${id}`)],
    ...(withRaw && { raw: { _t: 'AUDIT', et: type, severity: 'INFO' } }),
  };
}
