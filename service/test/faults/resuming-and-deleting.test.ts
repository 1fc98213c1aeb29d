// As verbs.test.ts, for uploads in parts and for what is deleted; in a file of its own, so that both run at once.
import { deleteVerbs } from '../support/faults/delete-verbs.ts'
import { holdUnderFaults } from '../support/faults/hold-under-faults.ts'
import { resumableVerbs } from '../support/faults/resumable-verbs.ts'

holdUnderFaults(() => [...resumableVerbs(), ...deleteVerbs()])
