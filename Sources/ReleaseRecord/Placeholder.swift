enum ReleaseRecordPlaceholder {}
