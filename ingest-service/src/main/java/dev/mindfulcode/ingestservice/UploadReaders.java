package dev.mindfulcode.ingestservice;

/** The parsers of all formats of uploads: batches in two formats, and reports of features. */
record UploadReaders(UploadReader json, UploadReader avro, UploadReader reports) {

    static UploadReaders standard() {
        return new UploadReaders(new JsonUploadReader(), new AvroUploadReader(), new JsonReportReader());
    }
}
