import Testing

/// A key made once with OpenSSL 3.0, and used nowhere else.
struct FixedKey: CustomTestStringConvertible, Sendable {
    /// The command that made it, which is also its name in a test's output.
    let made: String
    let pem: String

    var testDescription: String { made }
    var bytes: [UInt8] { [UInt8](pem.utf8) }
}

extension FixedKey {
    static let p256Private = FixedKey(
        made: "openssl ecparam -name prime256v1 -genkey -noout",
        pem: """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIOdlzPHowycaN99e/0CGU5HJuSVN+OM93cRZjYxekPd5oAoGCCqGSM49
            AwEHoUQDQgAEl1JSB3u5+EylY4D2cTyMJFUGv1LA+/ZUAF86EH1qQJ++tWcqlwps
            fSct0cp9SC4PqwNlvFbEGtfl+ipIGUP3Wg==
            -----END EC PRIVATE KEY-----

            """)

    static let p256 = FixedKey(
        made: "openssl pkey -pubout, of p256Private",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl1JSB3u5+EylY4D2cTyMJFUGv1LA
            +/ZUAF86EH1qQJ++tWcqlwpsfSct0cp9SC4PqwNlvFbEGtfl+ipIGUP3Wg==
            -----END PUBLIC KEY-----

            """)

    static let p256Explicit = FixedKey(
        made: "openssl ec -pubout -param_enc explicit, of p256Private",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
            AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
            ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
            NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
            RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
            //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABJdSUgd7ufhMpWOA9nE8jCRV
            Br9SwPv2VABfOhB9akCfvrVnKpcKbH0nLdHKfUguD6sDZbxWxBrX5foqSBlD91o=
            -----END PUBLIC KEY-----

            """)

    static let p256Compressed = FixedKey(
        made: "openssl ec -pubout -conv_form compressed, of p256Private",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACl1JSB3u5+EylY4D2cTyMJFUGv1LA
            +/ZUAF86EH1qQJ8=
            -----END PUBLIC KEY-----

            """)

    static let p256Hybrid = FixedKey(
        made: "openssl ec -pubout -conv_form hybrid, of p256Private",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAGl1JSB3u5+EylY4D2cTyMJFUGv1LA
            +/ZUAF86EH1qQJ++tWcqlwpsfSct0cp9SC4PqwNlvFbEGtfl+ipIGUP3Wg==
            -----END PUBLIC KEY-----

            """)

    static let p256PBES1 = FixedKey(
        made: "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:correct, of p256Private",
        pem: """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGxMBwGCiqGSIb3DQEMAQMwDgQIVMEzABso+TECAggABIGQLYe1+mD6I+Tl57Hh
            OSwa1GovSslvJN4y7YRdUF+1lYCM9myE8bI/uD0iQgE0365sX2gZLLSAPVZ6h0A0
            tGjj7xuPnui+OeTMuaR08G4iFP4v49a/Y0YwwiLwGu9WIhGjVzWA0ikCVNsGp8GM
            G8PLbKn8HbFya6BKRO4YZtqVu8luerPSnO+0gSmWEurcZpJf
            -----END ENCRYPTED PRIVATE KEY-----

            """)

    static let rsa3072Private = FixedKey(
        made: "openssl genrsa 3072",
        pem: """
            -----BEGIN PRIVATE KEY-----
            MIIG/wIBADANBgkqhkiG9w0BAQEFAASCBukwggblAgEAAoIBgQCnd9ViH5dhQBvK
            UsVG6wv7mieBVxXjXStgDPRqBGLyJQb22kQXlWRS8xU8w9COch72OSHRpht11mMN
            nCkEBVraRFs0+VNTVZ7RHdIxxZqR6u4svS5QmSxzj9PqgIok7hGBdr3a0IGdhxwi
            syxYDvGH5iHdhmd5Qs7H/vy9VumFyaI/bAu9KLNb5YidPwEy1vJuIY8OdodBrg8s
            EJJhl2/2eD0L3vqAsFWPCf2n++ozlnAQA5yWK0enG01Z1nzWdDWsIV30tOEreL45
            UBb8WZLrBZnMXbwPjIVJUw2fGB0+wMlZzxceg2bIWt89pddNSTM7cjbxT17DENyx
            i1lz8zN4gPdGtPCzAk2kefRLQqBP/fLbFABWFM+TfwKccZy8yUWfdRT68swPLjYv
            er1fADJMmbMPc4KVj7cLsF8/ZFr35y3I7ffsIVHOs9+YAwngZpQumGgou8VFAPof
            gBOQoVnHWQi3xV/vQP7ydcFs00wMjiJODvO1KDwlpqU71amnACUCAwEAAQKCAYAA
            /iRdLwvCL1Oa2O/DclxBUxId4arHDMPXj2wZfsopXk/Swct6ik+scDV1hUGkvodx
            dTg+mmn6QlmW+JCDrhZyScpyn3G/gjftTGx1EBNQ/yAHUt3F64qIatdaQgXPnzuq
            VU5d0DOcf/MKP56pLPmAkTwtKIFPhjZcmCXeZ3f964qTLqxJJEcf6dXr/LYgm4aX
            YYqMDubRXFtJqxV7D59BykeuXNWGUsVHEkuXJdanFKK4bZUNjNchZfeI600VJl4y
            nyE9zaWcBWLQn5+mo2lau5SJn1j8Zj4rfqMgAuHiq+R3qE33zQT7tma4H5JHSgmV
            NiJ8Nry4oRBVVlnl84yCXSs+UbHQmkhFPL5YUBNGgUzK1ykrcqw5sCJMQF+NDwba
            ewso6fookK4T6PRRSlV/2iTaTYUc4x87IooQ1lDTFx31gLF5kMAUXvEWeEJtjenA
            1ME81VV7Vbs7XXreSfD5mKyBgGqo2o41+D7iM/IRDFKtmzPH7ZU/jhjT8EXo7EEC
            gcEA4AQ+NvTwhYnMqYxILNLbfAbiSXu2aKWRiFP1im8Dg6x7Dsxgl3Ks8wXTst9O
            oqxRwydBzMukiLMc75bIgE3KNkPTEOO+9pAPrsNr61tkj+QjpEoplBSEluo0UwCW
            84cGtHomNWCjX2PofRba3FBeqwKmrSIDal+vw9zdVr4x8oN47G9OzgClkPa9mUlu
            tn4UtrLo8NTAZzrpfu1JXNtHtmvmgkqLW3sFHOi4KQ1C2rookZBf0sPti9FzDkb5
            mfkhAoHBAL9gwY5hHAchdgDQefaxOSaN2/L6qTypS5EFRnA/vMi76m4VvWCGfWMU
            18x6fY5mRcuBhTjLmGFit0GrRKTv5dtTeY0rDUxclJkfQC7dSoYQY2JPRLrbRx/t
            cXOATvlPe4kx3K3CNtN6znYTV/iJvxTPlSZwMXlygQQbMz8MhQF5a09hWjQNzB7B
            HRx6ajHrlweKhG6MNNuoCflkLi9JWy8jwjeB+PhzPF74NhtcbVu+aSUEFplWrrdB
            /77Jw1xShQKBwQCGXkUrFbSHhOY79Kb+K+P2+vIUfZ4mGtm2WhX32SrUekq9z51I
            ekJ+6snWitdR/+ZzFkMDokqorDb5Bwpw2zglYH1jrhfHMRYXD6TV4VXqcT9ntgxG
            hCAbnZORDdN9c0p0SqhMcBDOkNDM5z6T06lVDhwH0VUXIxn8c6hX9XFkM7P+ra0p
            J34n+7gyD7fWwr2N8LaEbjiSMuYHejD8/5J+Oy5ijHAWiS3B7103Unr9U5gt59ly
            RI9hxFotACmLT8ECgcEAjteVIMRyuw/KmAkDP5I/6frwNIfLUa+6619Yl+e67Mj1
            zX0EgMthQ1cHS2QR2vuTFLZzzVSJRAb+aVGARuuYUQAZNbjwkBJ6B2A/87rQKQiK
            ZZJs5ltM1xPPHjqit4sP1fMVl8viSC7dc1w0yRlnOg1Gcg5DnzZL/difg2vAyrzp
            z7IGNdwmgr35EIx+PwxtCf/loO2ddmYSK8cOgdTq7mBuUif8wNSiNvBk0j9GkLeq
            mypWA9WjSr1EOg82de5RAoHBALToB5cTYRrOLYhO+MsOJBq4+oQhliSAeCGziAqD
            g7flaZPM1R5wiPzEYzKTg2PwtwVKbawFgZrHt7r/TJ1u/69ohJqd/WQ1e/UgAznV
            5rgALmtsPfwAmYPnAowJsrpy9h1zU0un3wS7Kk+Y7MvhFxgtN4dCs9yZxzE5Xq5M
            ICCS7j7qvGw+0t77s2LINjqPMFqlsRsxq2HKhfMDBTnMIn6ELXdmZS6EBTLWt2gw
            PDBt1roF+NaTPX1rMqJ7CkFgdA==
            -----END PRIVATE KEY-----

            """)

    static let rsa3072PrivateLegacy = FixedKey(
        made: "openssl rsa -aes128 -traditional -passout pass:x, of rsa3072Private",
        pem: """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,FF98D07757D92700324F7D14C76FEF92

            0DmeFCX4/CBlvrgBWRKdVn/MbqXkLay9E78Iof3E63H75TAky+G69EmqL/jC6Euz
            WvGcBrmrw9vPO6+TpZGPR2s5lChmDmBOA9XRXm+YIwcMIliSmRd5odlsQrXLDjVL
            KN8vhjhwoqDbPAAS9fRYgegaR8YKJQ9fuSW6WUGOg8lcL3XNdoFHdYc0Gd1ZjITt
            bC+GAWh15aAILJTnyVMeDTPnoKMRAHT0edQ+VReV1oTB2lNYhnbFI4DLbnkqSr1C
            v+xTNXoxGaoExRVwMekVhZ/HwwzQLgVUrHHBqq5o/tYhg0fGUtixm+J7RVuJdtXo
            Q/+BmXqvMm9X6dnIQRLamg3sX0SsEAg8kVG6RnIhGIzT1eF02JYCokcH46OGKbNF
            9R28r19vXbcr3peb7V3WUEQ5RzWjCB9mvjRgVIki7pH2cmIbK8wR1aBw9Psf6SRk
            H28iEeuSrTEHTXPmr7JMszbbOFA7tgVJbZ+RzzLZQVjAYu8LHaMgoH9laIzIKLdY
            IPX/EbDgBIqyZHiRqJy0xN5GSb52lTZIavQRj0/Y5STa0dUW7PcHMDJBlAL07mRm
            UAzoGg5tMkDe5sJn1XMtJ7rg+wJi9e/9PWDn+FpkRuDYViPRDkqCzqbA61ms02bw
            0NoBG+16w4sOZ/9s+YY2JGmJ3p/A2QK/uqmZ0r0++HmSkz8a8WIm2DVa+A23CNwl
            oMkmRc6l7teuqkQL/Q+swOehx/sDHzson6mQwnraIPyW0iZERb8OlavTalzKErCF
            KibyUWaXChgKB3OTUmkKKAegXqZVZuOktt8ZxXPs/3bOujhABUySDsmdLiSPZIRV
            5Mi3dDvEYa9/Nuff83/fuRnMNYFklhh02pbFF6cuwLKZIdGV9lERPdBqLzpewLdl
            LGd7dA/IpFUsVCxgMJKppcguIB2UnI4dNbCcDWPw5IW6YzGxk2tOYrw3zvHF3cyu
            7/fM8Aj1YPI1NbaA9DFudlxdMDL8vPNXmYZQXrKbO6ztEs/iMUosXyvZtCRYKig8
            /zXHR3PALWv+JJq35wK2wuq/VIZdZb6MtJ7u+fjAOODJJcQ8D7O5lQJaSQ/UpQEI
            WpgvW/4oe9LMqSFrA89hGLITvFodayw8VqwpvdZ2sZEjN30/FJavdbIptX0c6i7H
            w5H0b9ZB8i2qkARKB5mfmUwj6jyfICNADngqDmM+fbZRoRC0S+ybKlLJ6N0zTq+Q
            CA/DFmLE0Qs0ufXXaGyepdfXGPPRFRroULHIxYoWOT5Khn+KXqO3uhbcLfCz8RK9
            7V3I2diXTEXlghjut3WS5M0+l05XWr3sm/JWLLx9H/za609RAZpp3up6nj3gwN3G
            V1fYxp3rcoE7I/WFLAGtjUeHG2U1TGyUlTZ727pFMjNXs0x+8xmMHjB8cFXM9Okr
            l1N9QJ5pW9wRnXNXwg7tNVWElmH0CARkkt6kC+ljnarLXOWsLlpDTflFgB8DRwLP
            kcuT5wkp469UMIfb1TIt0DwRu20U+dGiPrtCfPs4cohV3hab4OFnaBdZsb7XmxpE
            nJ0XOb9DT04gG7VCiXQ1R14BBoEmxHPrWeEedtv2JbypYZeQWYskTHqzaWk+vizL
            n43D6EDLRW3+SIHVPMieQHAVr1MLLiYpnw/ukjjAMY59FCQqo6NHcfnMl8xJ3Xp4
            jWlc3+6SQJf9hYULDmThqNmpNvuV3CAgjVoCqu8vYNEuC+1TtLociU/jPzv+oDts
            l3lnYcxKDYm2soCpCEkYv80cRXmwObIs0hRHJ5GOo6rVxxol+/eYWKvC4XmvUmlW
            5B2ep5tvhgM/5JodoeVJaXRNkMpwbTWTiXXXVbUEGgVC/MdPiieDUv9fcj8qZbrl
            f71DkhjGKgVrBAOuRU0QbS3yX4oTDpcp5qvdkeYdKfW7ZUQuEFEnf760G+zuPAiA
            ujBuDi9WBLXyfopHSUENhneAIuvH8h4AIMUSya0x7MNSpzR2dpLXivfO1bJ06gs7
            A/6Uzw0/1dJnpUCsdXEJWPxywa5ChcZKdmmTRv8Cm3avRBoIoXqNVxoFqvQ85B76
            buXtpBadOKQs/Hu6fEzD9PLBIPFvqwdKoG8+4MQ6X1x1g+a/HL27SWH+FH6zaGO7
            9RxusBX4mFIrP/ueRXPtL1m61nyXwtlK5T+t8jpxh2k6xRXWNUBSLHekJf02aJsO
            I/tqorn/EMAiuAkLsZ9DuL6s7UXAcYTJR7JnnCvsE/EFh8JEkgXwyyPiIBDng5ew
            ZRmERdxwPREtHeNbuV1i2Zy3JkUF6sydcaqW5yFk2L/pjKjwbpmPYbmxTNdSy1JI
            9kxLDCi1PRmxe0Bi/ZYhbl30e3q9TFAOsNg+mejnWQrySgWWUdz5D0VJVH/w5t+M
            -----END RSA PRIVATE KEY-----

            """)

    static let rsa3072 = FixedKey(
        made: "openssl pkey -pubout, of rsa3072Private",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAp3fVYh+XYUAbylLFRusL
            +5ongVcV410rYAz0agRi8iUG9tpEF5VkUvMVPMPQjnIe9jkh0aYbddZjDZwpBAVa
            2kRbNPlTU1We0R3SMcWakeruLL0uUJksc4/T6oCKJO4RgXa92tCBnYccIrMsWA7x
            h+Yh3YZneULOx/78vVbphcmiP2wLvSizW+WInT8BMtbybiGPDnaHQa4PLBCSYZdv
            9ng9C976gLBVjwn9p/vqM5ZwEAOclitHpxtNWdZ81nQ1rCFd9LThK3i+OVAW/FmS
            6wWZzF28D4yFSVMNnxgdPsDJWc8XHoNmyFrfPaXXTUkzO3I28U9ewxDcsYtZc/Mz
            eID3RrTwswJNpHn0S0KgT/3y2xQAVhTPk38CnHGcvMlFn3UU+vLMDy42L3q9XwAy
            TJmzD3OClY+3C7BfP2Ra9+ctyO337CFRzrPfmAMJ4GaULphoKLvFRQD6H4ATkKFZ
            x1kIt8Vf70D+8nXBbNNMDI4iTg7ztSg8JaalO9WppwAlAgMBAAE=
            -----END PUBLIC KEY-----

            """)

    static let rsa3072Exponent3 = FixedKey(
        made: "openssl genrsa -3 3072",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBoDANBgkqhkiG9w0BAQEFAAOCAY0AMIIBiAKCAYEA4/mroRL9Ye6PnQxhWTwH
            0XoPE7vl5PuZLAHVUsP9AnI24uCtOUZL14hegRIMKnjy1RbBTi7EXtS0toPYrmBP
            Meef+Xvi87Nv+38Y6Cvu56AcnTgpfEBnv0Ozn0ofNbQGuZn/80UtLeCDHs6LByK5
            LVQ0pRvmaEn9I2+LKm82lwEO5GTNGMOL06g6wWpnM5Jc9RnKeqUsj0E4Opbepx8T
            5krx1LCRiHhSWTHAsYKAudzgfrjw+NsQ/bDdkMEwH4wgJr7YGA42kwE+DdiZ6bVo
            CBacgFuuD7pNlFZ2WzE+PU4ZN5t6vLUT64gbPhCktTiuO+ine8qH+tQPPM975MQp
            UzqGHRjV541fuzKRxBYXQI9xme0fwoID4dbyooJX2UteJmvZVjiMe2s/r/qgArKW
            RMQoabJxD0BHoLrS+377Y7G0IinMgKpuBWSQlzXi3Fs2ZiORJP285EXJx50gCWqh
            d+xGj4g88XMDX/CZnq+8Qbd9t2psKpAioVI2m9MX3NW7AgED
            -----END PUBLIC KEY-----

            """)

    static let rsa1024 = FixedKey(
        made: "openssl genrsa 1024",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7qknng5Z9GuwDosyC9MJOW8AY
            zu1TxpW8hYv5DyDC19eOn1ljfkzpF4bzqyEJ9bG6xk/WiedVRl7dXhqwBcl4gaFG
            e8GdLdgeb1WrL9y6GmiGZJUHA01jLsOC6qxYUdoGG6kdkMzQ/pynEk+AkvR1Gub/
            nzzU2HTKDx+aqkAGEwIDAQAB
            -----END PUBLIC KEY-----

            """)

    static let rsa2048 = FixedKey(
        made: "openssl genrsa 2048",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAn9bVTu+Nicwa3yyHZsK4
            v4clLpqVeJLwobLL5mVppHyVLVh0O9WIOiLnF5tL5U4bY0XW80DqUOviB3LVH/pL
            ml5bCm4Blif0jscResbeW5eOO1BZHlH4JD8umik/RlsViPotYIc8pXjhXZZWa2wm
            eh+zd2gdKovlGAcg99R/NCHX0Y0xUa0r4pk7YxTRWgcz79wrTlfjK14f6Imo2MSf
            dECHIRnOogQtYoezgdOmAjEjZomR415npEVh+938bokIKtKuPpuk+YE1Of0G3hKK
            N2Utud1EBxbmPbbsR31Ae1NKAGVP0OInZKFfiZyJpDIT3jHLgbOLsr8BuMaWbGII
            WwIDAQAB
            -----END PUBLIC KEY-----

            """)

    static let rsa3070 = FixedKey(
        made: "openssl genrsa 3070",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBoTANBgkqhkiG9w0BAQEFAAOCAY4AMIIBiQKCAYAsFpB0E0Ecf/QG1n6MJgV1
            PTkPpw3cMqtjrqIaOpkYfreHAHim2N27XVuuSb3FQlSpWoQ7q8az/ICrjZ2Vh/mm
            f0yW5t23F169sVjnuFr/SP4CzlGxYUjh3ONsQ/SUHBZEmk5m8GChCH+MmlEdcYgr
            d0yoYbGMaWBgHpfPif8ld7pCxtAHdvZuKPia2HGAybo/mf61RWwPUIQNcWVCma0W
            5QMsiGARRrcPdbHDvtLs/OChK8LtHCyo3ZFbctipuB9DhvL420w+cS9lt3WdVrn+
            AFcJYEN/tWPLhTXSO1g++CXFbTYzZMk4EI2lneebb7K1B2qjYdlFZCXDwNEIqvse
            8NF4pqu1K+ds+/u5ba44TzWutuMfH4v2WnHFkunNe30rAOP9diyCgDL7rZ4Dog02
            XuB+8DBlrb6gkLLKYV0/jgegiu/22cv4yv5ydZGzGybsD2/YMsH9/owACPr+D/cn
            3Iy+U0khqZQNpf2nD6h/thMhTee9hJpCArtI1anTiakCAwEAAQ==
            -----END PUBLIC KEY-----

            """)

    static let rsa4098 = FixedKey(
        made: "openssl genrsa 4098",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEDh6BNDA9/1C5G7FFj/3UH
            qUirQtAMI3ZY0+2AGOvpEQG4xgVplXfMdFUZIsd4HCX6LgwUgNU4qY2v7FNhrJcm
            NDEk710Fq+GM3IbH3HuZOwGipICcdkeetMqhyv/WVJA2yRFgF/GXgPXMNvVHRLVe
            F0xokf2NeyGKVj+7hDrfoPFqtuNnbs22zP/yALgHmdhJNxoqTtiJUDgQqx5xZnyM
            H09hMfX5LDZmWAB3E49gP/iAB3gqCybvpAF1VQTj2aqHG6vcPueYEDXKCBliR8KU
            pCr2cjLwQ7qZvJVbG9FjpHJh9TqacdMUDt97O7GtNdmTTKjGnnQdFW37HzHwnbB5
            gINGad4Dqv0WOuX/jM0A+mt9u16Fj2lDfQ1wrFjfyq5K6uyBlCwTze/jDzMkXuDk
            AH3JslIFGaiDdzb60PbS76ClAExxjFGiSx2sdFO66ixGjWcub8+4KfJP2qpEUmDA
            +MEfb7fuOYJtJ7GV/bx4201ufRa6NTDsft9QQuU0z9VKuVrPwiRsuYdAZEJsH+aW
            URDKOBXBdb7G3YGib0x0PH7j+ncJ7cAXj/kqcO8S8kbvdIbksmJMrJo+ce/t004Q
            5CTktOyP6uLdJ6rRh5T1EAMP40mP9KpaV9eZQJk11Su7qHpzeONDliug1HLZa1B+
            Y9GhCRi1uSLqbevGc7Q9tjcCAwEAAQ==
            -----END PUBLIC KEY-----

            """)

    static let rsaPSS = FixedKey(
        made: "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:3072",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBoDALBgkqhkiG9w0BAQoDggGPADCCAYoCggGBALmZ6bVrNghCzIYjA3YQ08ex
            rYKFCgaAzmvKaQ/BKhANruwXadVJH6A3o+nbnosGsvwu4zQbVyyUYwGbwG5ccQXB
            EoCUsf+4Mm6bbDnFWzp6Vc+dITBTGz+aQVFx+kUWNL2uHFlvEw1MhtDONAJMnrTF
            PFAYYxhy9V+xwmAF1A5XiNAPwdo9boQlYfzk/+v0Unj7OR5TXM9arLY6VCPlgdEy
            GDKy4n8XawCnkkoOfmYqTkUzC7D9HUosYDU0BIhERVYpyw93klr6IjOwmIKHGa+K
            lzzecWactyOdpjPzIsKpRxyWHEz7qVz4zwthfkh30vtvv9csys4yCEzQ9d3+ChTX
            VIfx8kEl5CgEnubVqONCQXJLK4gFy7crT7EyrM2bwskeomtgmzgM3i+QVL5pUj1w
            hHPrKEk42BKXUYo+Xpwz1z7OrISBVdiELbilQVhEDR12pve26QcMzjiDUtiIBOAo
            KgGJNG2C87i/FsR3jTu+C7z+PU1L+tdCfwJqDR5j2wIDAQAB
            -----END PUBLIC KEY-----

            """)

    static let p192 = FixedKey(
        made: "openssl ecparam -name prime192v1 -genkey",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MEkwEwYHKoZIzj0CAQYIKoZIzj0DAQEDMgAEyEvL+mUz4FrZE3BolSFOautyNSBU
            lSaAxlNRZL5p1tK6VYfB6hPbICWzjhn425FE
            -----END PUBLIC KEY-----

            """)

    static let p384 = FixedKey(
        made: "openssl ecparam -name secp384r1 -genkey",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEWEOdSfAXUaIDuKkjKGN2Z0DLGRUJkwW+
            6bGhRqC8vVW0HhA+v3AQfq8sXnjjWiltl1rIjKUr77R0e0mpoC3+q7Ms3mHV3K/o
            eo7I+rkefUatHGbpr30Q7cUmImiRzf3n
            -----END PUBLIC KEY-----

            """)

    static let secp256k1 = FixedKey(
        made: "openssl ecparam -name secp256k1 -genkey",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAETcgVp3kyRc8xNo6ktdUndgoploMxim2B
            EflHo7ZFmokbMjL32scr0MUPuRj/Q1qoiWAnQ/wML3CFyHap71RKMg==
            -----END PUBLIC KEY-----

            """)

    static let x25519 = FixedKey(
        made: "openssl genpkey -algorithm X25519",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VuAyEAzBtKWmb8xYUmFvLX/FAaUP+Z/ieOj6fftk/DWq7020M=
            -----END PUBLIC KEY-----

            """)

    static let ed448 = FixedKey(
        made: "openssl genpkey -algorithm ED448",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MEMwBQYDK2VxAzoAZTBCw3VqDTvgkIQhK9Ni4E7oBOPQQ552ePAyiqR07oylJd9+
            JgSopeAqu0961mIDppDSmh1KrOgA
            -----END PUBLIC KEY-----

            """)

    static let dsa = FixedKey(
        made: "openssl genpkey, with DSA parameters of 1024 bits",
        pem: """
            -----BEGIN PUBLIC KEY-----
            MIIBvzCCATMGByqGSM44BAEwggEmAoGBAPFvQVqzn7nqlAY7EwSxpHQ8HPs88jcn
            SZku6migEBn1iCGl1UqBmARn/RbucV7ixNColSujnHvJ0N6EKmwvRKe/c2CvP6iO
            IIk+Am7wvFmbRVmaM8NOuVPWReLl/yL7h/jKsVum57m3EAje7Mas2SvGcpBRQEEO
            xpHGZFFRFi8LAh0AoQir4zZhgr41b6zVE1HcFCrcLd3JbXRfK1m65QKBgGEd1p9Z
            zGfzGlfq5zG1hN3rxesVreMRcgq8PEIZocWBjPKa7vceeimX1OPh1NEQ/JgBp4nr
            8yNpgv6x2N01GvIj6lIEN5wpCbJRpbahe6oIsnjExE65ziMZoEXKiwk4vZT79eUm
            vmLCzUHIq1X9J41XqP+IXLuOkMdgbN2fvX38A4GFAAKBgQCr88fpW73gwkgLlj++
            ld9Ly2MgVHU3UdYxDBMFnX4qUCogSYu2jFXITBeqOKGsAHEf4v7ly0sCM5cau0Et
            CRX8/yLhJbWmkX+aHciXXqUzdEE+h9b4aoYulCYmS4v/kOcENWr9U0cgVnVerCXg
            gi77k7t3BXUu+Qk+zRNh3Z3VcQ==
            -----END PUBLIC KEY-----

            """)
}
