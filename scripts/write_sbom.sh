#!/bin/sh
# write_sbom.sh VERSION FILE...: prints an SPDX document (2.3, JSON) about the images. A file's name ends
# with .ARCHITECTURE; its lines are those of stage_image.sh. $SOURCE_DATE_EPOCH is the document's time.
set -eu
version=$1
shift
created=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
# A document has a name of its own for each content.
content=$(cat "$@" | sha256sum | cut -c 1-32)

awk -v version="$version" -v created="$created" -v content="$content" '
  function id(text) { gsub(/[^A-Za-z0-9.-]/, "-", text); return "SPDXRef-" text }
  function escaped(text) { gsub(/\+/, "%2B", text); gsub(/:/, "%3A", text); return text }
  function add_package(ref, name, number, license, more) {
    packages = packages (packages ? ",\n" : "") \
      "    {\"SPDXID\": \"" ref "\", \"name\": \"" name "\", \"versionInfo\": \"" number "\", " \
      "\"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"copyrightText\": \"NOASSERTION\", " \
      "\"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"" license "\"" more "}"
  }
  function relate(from, type, to) {
    relations = relations (relations ? ",\n" : "") "    {\"spdxElementId\": \"" from \
      "\", \"relationshipType\": \"" type "\", \"relatedSpdxElement\": \"" to "\"}"
  }
  FNR == 1 {
    architecture = FILENAME
    sub(/.*\./, "", architecture)
    image = id("image-" architecture)
    program = id("portcullis-" architecture)
    add_package(image, "portcullis-image-" architecture, version, "NOASSERTION", "")
    add_package(program, "portcullis", version, "Apache-2.0", "")
    relate("SPDXRef-DOCUMENT", "DESCRIBES", image)
    relate(image, "CONTAINS", program)
  }
  {
    ref = id("deb-" $4 "-" $2 "-" $3)
    if (!(ref in known)) {
      known[ref] = 1
      add_package(ref, $2, $3, "NOASSERTION", \
        ", \"sourceInfo\": \"source package " $5 "\", \"supplier\": \"Organization: Debian\", " \
        "\"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", " \
        "\"referenceLocator\": \"pkg:deb/debian/" escaped($2) "@" escaped($3) "?arch=" $4 "&distro=debian-12\"}]")
    }
    if ($1 == "contains") relate(image, "CONTAINS", ref)
    else relate(ref, "BUILD_DEPENDENCY_OF", program)
  }
  END {
    print "{"
    print "  \"spdxVersion\": \"SPDX-2.3\","
    print "  \"dataLicense\": \"CC0-1.0\","
    print "  \"SPDXID\": \"SPDXRef-DOCUMENT\","
    print "  \"name\": \"portcullis-" version "\","
    print "  \"documentNamespace\": \"https://portcullis.invalid/spdx/portcullis-" version "-" content "\","
    print "  \"creationInfo\": {\"created\": \"" created "\", \"creators\": [\"Tool: write_sbom.sh\"]},"
    print "  \"packages\": [\n" packages "\n  ],"
    print "  \"relationships\": [\n" relations "\n  ]"
    print "}"
  }' "$@"
