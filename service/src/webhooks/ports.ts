// What webhooks need of the rows and of the network.
import type { EventRecords } from '../events/ports.ts'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { Seal } from '../ground/seal.ts'
import type { Delivery, Webhook } from './webhook.ts'

export interface Hold {
  /** Unguessable, new for each claim. */
  owner: string
  until: number
}

export interface WebhookRecords {
  insert(webhook: Webhook): Promise<void>
  find(id: string): Promise<Webhook | undefined>
  list(workspaceId: string): Promise<Webhook[]>
  /** Writes what an operator may change: secrets, and whether it is disabled. */
  change(webhook: Webhook): Promise<void>
  /** With its deliveries. */
  remove(id: string): Promise<void>
  /** Takes up to `limit` endpoints for which there are events, whose pause is over, and which nobody holds. */
  claim(hold: Hold, due: { now: number; limit: number }): Promise<Webhook[]>
  /** Writes how far a held endpoint has come, and renews the hold. `stale` where it is held no more. */
  save(hold: Hold, webhook: Webhook, delivery?: Delivery): Promise<SaveOutcome>
  /** Lets go of what is still held. */
  release(hold: Hold, id: string): Promise<void>
  /** Newest first. */
  deliveries(webhookId: string, page: PageRequest): Promise<Page<Delivery>>
  findDelivery(id: string): Promise<Delivery | undefined>
  /** Writes what came of a delivery that was asked for. */
  saveDelivery(delivery: Delivery): Promise<void>
  /** Removes up to `limit` deliveries that were last tried before. */
  forgetDeliveries(before: number, limit: number): Promise<number>
}

/** Sends to strangers, under the rules of URL fetches. */
export interface WebhookSender {
  /** What can be told of a URL without asking anyone; undefined where nothing is wrong. */
  faultOf(url: string): Promise<string | undefined>
  /** The status of the answer, whose body is not read. Throws FetchFailure where there is none; follows no redirect. */
  post(
    url: string,
    request: { headers: Record<string, string>; body: string; signal?: AbortSignal },
  ): Promise<number>
}

export interface WebhookPorts {
  webhooks: WebhookRecords
  events: EventRecords
  sender: WebhookSender
  seal: Seal
  clock: Clock
  ids: Ids
}
