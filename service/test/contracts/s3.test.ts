// A bucket keeps every promise of the bytes.
import { rm } from 'node:fs/promises'
import { openS3 } from '../../src/blobs/s3/open-s3.ts'
import { useBucket } from '../support/use-bucket.ts'
import { type BlobStore, describeBlobs } from './blobs-contract.ts'
import { describeSavedBlobs } from './saved-blobs-contract.ts'
import { describeStored } from './stored-contract.ts'

async function openStore(): Promise<BlobStore> {
  const settings = await useBucket()
  const open = async () => openS3(settings)
  const blobs = await open()
  return {
    blobs,
    openAgain: open,
    close: async () => {
      await blobs.close()
      await rm(settings.folder, { recursive: true, force: true })
    },
  }
}

describeBlobs('A bucket', openStore)
describeSavedBlobs('A bucket', openStore)
describeStored('A bucket', openStore)
