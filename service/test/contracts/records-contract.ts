// Every promise of the rows, for a database to keep.
import type { OpenInstallation } from '../support/use-records.ts'
import { describeAssetExpiry } from './asset-expiry-contract.ts'
import { describeAssetHistory } from './asset-history-contract.ts'
import { describeAssetListing } from './asset-listing-contract.ts'
import { describeAssetRemoval } from './asset-removal-contract.ts'
import { describeAssetRetention } from './asset-retention-contract.ts'
import { describeRoundTrips } from './asset-round-trips-contract.ts'
import { describeAssetSaving } from './asset-saving-contract.ts'
import { describeAssetSavingMany } from './asset-saving-many-contract.ts'
import { describeAssetSearch } from './asset-search-contract.ts'
import { describeAssetUpkeep } from './asset-upkeep-contract.ts'
import { describeEventRecords } from './event-records-contract.ts'
import { describeJobRecords } from './job-records-contract.ts'
import { describeKeyRecords } from './key-records-contract.ts'
import { describeMeetingWrites } from './meeting-writes-contract.ts'
import { describeProjectRecords } from './project-records-contract.ts'
import { describeForgetting, describeRequests } from './requests-contract.ts'
import { describeSecretRecords } from './secret-records-contract.ts'
import { describeServerRecords } from './server-records-contract.ts'
import { describeUpkeepRecords } from './upkeep-records-contract.ts'
import { describeWebhookRecords } from './webhook-records-contract.ts'
import { describeWorkspaceRecords } from './workspace-records-contract.ts'

export function describeRecords(name: string, open: OpenInstallation): void {
  describeAssetSaving(name, open)
  describeAssetSavingMany(name, open)
  describeAssetRemoval(name, open)
  describeRequests(name, open)
  describeForgetting(name, open)
  describeRoundTrips(name, open)
  describeAssetHistory(name, open)
  describeAssetListing(name, open)
  describeAssetSearch(name, open)
  describeAssetUpkeep(name, open)
  describeAssetExpiry(name, open)
  describeAssetRetention(name, open)
  describeProjectRecords(name, open)
  describeWorkspaceRecords(name, open)
  describeWebhookRecords(name, open)
  describeKeyRecords(name, open)
  describeEventRecords(name, open)
  describeJobRecords(name, open)
  describeServerRecords(name, open)
  describeSecretRecords(name, open)
  describeMeetingWrites(name, open)
  describeUpkeepRecords(name, open)
}
