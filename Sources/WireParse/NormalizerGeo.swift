import WireModel

/// Places as GeoJSON (RFC 7946) from GeoRSS, GML and W3C geo.
extension ValueReader {
    /// The first place that can be understood.
    mutating func geometry(_ elements: [RawElement]) -> JSONValue? {
        for element in elements {
            switch element.vocabulary {
            case .georss:
                if let geometry = simple(element) { return geometry }
                if element.name == "where" {
                    for child in element.children {
                        if let geometry = gml(child) { return geometry }
                    }
                }
            case .gml:
                if let geometry = gml(element) { return geometry }
            case .geo:
                if element.name == "Point", let point = point(element.children) { return point }
            default: break
            }
        }
        return point(elements)
    }

    /// `geo:lat` and `geo:long`, or `geo:lat_long`, side by side.
    private mutating func point(_ elements: [RawElement]) -> JSONValue? {
        if let both = elements.first(.geo, "lat_long") { return geometry("Point", both.text, both) }
        guard let latitude = elements.first(.geo, "lat"),
            let longitude = elements.first(.geo, "long") ?? elements.first(.geo, "lon")
        else { return nil }
        return geometry("Point", "\(latitude.text) \(longitude.text)", latitude)
    }

    /// GeoRSS Simple.
    private mutating func simple(_ element: RawElement) -> JSONValue? {
        switch element.name {
        case "point": geometry("Point", element.text, element)
        case "line": geometry("LineString", element.text, element)
        case "polygon": geometry("Polygon", element.text, element)
        case "box": geometry("Box", element.text, element)
        default: nil
        }
    }

    private mutating func gml(_ element: RawElement) -> JSONValue? {
        guard element.vocabulary == .gml else { return nil }
        switch element.name {
        case "Point": return geometry("Point", ValueReader.positions(in: element), element)
        case "LineString": return geometry("LineString", ValueReader.positions(in: element), element)
        case "Polygon":
            // The outer ring; holes are left out.
            let ring = element.children.first { $0.name == "exterior" || $0.name == "outerBoundaryIs" } ?? element
            return geometry("Polygon", ValueReader.positions(in: ring), element)
        case "Envelope", "Box":
            let corners = element.children.filter { $0.name == "lowerCorner" || $0.name == "upperCorner" }
            let ordered = corners.sorted { $0.name < $1.name }.map(\.text)
            let text = ordered.isEmpty ? ValueReader.positions(in: element) : ordered.joined(separator: " ")
            return geometry("Box", text, element)
        default: return nil
        }
    }

    /// The text of all `pos`, `posList` and `coordinates` inside, in order.
    private static func positions(in element: RawElement) -> String {
        var text = ""
        for child in element.children {
            switch child.name {
            case "pos", "posList": text += " " + child.text
            case "coordinates": text += " " + child.text
            default: text += " " + positions(in: child)
            }
        }
        return text
    }

    /// A geometry of latitudes and longitudes in turn; a box is given by its south-western and north-eastern corners.
    private mutating func geometry(_ type: String, _ text: String, _ element: RawElement) -> JSONValue? {
        let parts = text.split { $0.isWhitespace || $0 == "," || $0 == ";" }
        let numbers = parts.compactMap { Double($0) }
        var points: [JSONValue] = []
        var pairs: [(latitude: Double, longitude: Double)] = []
        if numbers.count == parts.count, numbers.count >= 2, type == "Point" || numbers.count % 2 == 0 {
            let count = type == "Point" ? 2 : numbers.count
            for index in stride(from: 0, to: count, by: 2) { pairs.append((numbers[index], numbers[index + 1])) }
        }
        let isValid = pairs.allSatisfy { abs($0.latitude) <= 90 && abs($0.longitude) <= 180 }
        let least = ["LineString": 2, "Polygon": 3, "Box": 2][type] ?? 1
        guard isValid, pairs.count >= least else {
            note(.valueInvalid, "\"\(quoted(text))\" is no place on the Earth.", element.place)
            return nil
        }
        if type == "Box" {
            let (south, west) = pairs[0]
            let (north, east) = pairs[1]
            pairs = [(south, west), (south, east), (north, east), (north, west), (south, west)]
        } else if type == "Polygon", let first = pairs.first, let last = pairs.last, first != last {
            pairs.append(first)
        }
        points = pairs.map { .array([.geoNumber($0.longitude), .geoNumber($0.latitude)]) }
        switch type {
        case "Point": return ["type": "Point", "coordinates": points[0]]
        case "LineString": return ["type": "LineString", "coordinates": .array(points)]
        default: return ["type": "Polygon", "coordinates": .array([.array(points)])]
        }
    }
}

extension JSONValue {
    /// Whole numbers without a point.
    fileprivate static func geoNumber(_ value: Double) -> JSONValue {
        Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
    }
}
